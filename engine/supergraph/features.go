package supergraph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// feature is one linked spec: https://specs.apollo.dev/join/v0.5 is {join, v0.5}.
type feature struct {
	spec, version, as string
	purpose           string
	imports           map[string]string // name in the spec -> name here
}

// featureSet is the linked specs of a supergraph, by @link or, in older ones, @core.
type featureSet []feature

// security lists the specs that restrict who may read a field.
var securitySpecs = []string{"authenticated", "requiresScopes", "policy"}

// known are the specs that may be linked `for:` execution or security: what they mean is built in.
var known = slices.Concat([]string{"core", "link", "join", "tag", "inaccessible", "cost", "context", "connect", "source", "federation"}, securitySpecs)

// joinVersions are the versions of the join spec that can be read.
var joinVersions = []string{"v0.1", "v0.2", "v0.3", "v0.4", "v0.5"}

func features(doc *ast.SchemaDocument) featureSet {
	var out featureSet
	for _, d := range schemaDirectives(doc) {
		url := stringArg(d, "url")
		if d.Name == "core" {
			url = stringArg(d, "feature")
		} else if d.Name != "link" {
			continue
		}
		f := feature{as: stringArg(d, "as"), purpose: stringArg(d, "for"), imports: map[string]string{}}
		f.spec, f.version = splitURL(url)
		if f.as == "" {
			f.as = f.spec
		}
		for _, i := range importsOf(d) {
			f.imports[i[0]] = i[1]
		}
		out = append(out, f)
	}
	return out
}

// splitURL gives the name and the version of a spec's URL.
func splitURL(url string) (name, version string) {
	url = strings.TrimSuffix(url, "/")
	i := strings.LastIndexByte(url, '/')
	if i < 0 {
		return url, ""
	}
	version, url = url[i+1:], url[:i]
	if !strings.HasPrefix(version, "v") {
		return version, ""
	}
	return url[strings.LastIndexByte(url, '/')+1:], version
}

// importsOf reads `import: ["@key", {name: "@shareable", as: "@share"}]` as pairs, without the at signs.
func importsOf(d *ast.Directive) [][2]string {
	arg := d.Arguments.ForName("import")
	if arg == nil || arg.Value == nil {
		return nil
	}
	var out [][2]string
	for _, c := range arg.Value.Children {
		name, as := c.Value.Raw, ""
		if c.Value.Kind == ast.ObjectValue {
			if n := c.Value.Children.ForName("name"); n != nil {
				name = n.Raw
			}
			if a := c.Value.Children.ForName("as"); a != nil {
				as = a.Raw
			}
		}
		name = strings.TrimPrefix(name, "@")
		if as == "" {
			as = name
		}
		out = append(out, [2]string{name, strings.TrimPrefix(as, "@")})
	}
	return out
}

func (s featureSet) find(spec string) *feature {
	for i := range s {
		if s[i].spec == spec {
			return &s[i]
		}
	}
	return nil
}

// name is what an element of a spec is called here: join's Graph is join__Graph, tag's tag is tag.
func (s featureSet) name(spec, element string) string {
	as := spec
	if f := s.find(spec); f != nil {
		if to, ok := f.imports[element]; ok {
			return to
		}
		as = f.as
	}
	if element == spec {
		return as
	}
	return as + "__" + element
}

// owns reports whether the name of a type or directive belongs to a linked spec, and so not to the graph.
func (s featureSet) owns(name string) bool {
	for _, f := range s {
		if name == f.as || strings.HasPrefix(name, f.as+"__") {
			return true
		}
		for _, as := range f.imports {
			if name == as {
				return true
			}
		}
	}
	prefix, _, ok := strings.Cut(name, "__")
	return ok && slices.Contains([]string{"join", "link", "core"}, prefix)
}

// check refuses what cannot be read rightly: no join spec, a version not known, a spec that is required for
// execution or security and not known.
func (s featureSet) check() error {
	join := s.find("join")
	if join == nil {
		return fmt.Errorf("the schema links no join spec: this is not supergraph SDL; compose the subgraphs first (ficus compose), or give ficus.yaml with --config")
	}
	if !slices.Contains(joinVersions, join.version) {
		return fmt.Errorf("join %s cannot be read; supported: %s", join.version, strings.Join(joinVersions, ", "))
	}
	for _, f := range s {
		if f.purpose != "" && !slices.Contains(known, f.spec) {
			return fmt.Errorf("the supergraph requires the spec %q (for: %s), which is not supported", f.spec, f.purpose)
		}
	}
	return nil
}

// security is the names of the linked specs that restrict access.
func (s featureSet) security() []string {
	var out []string
	for _, f := range s {
		if slices.Contains(securitySpecs, f.spec) {
			out = append(out, f.spec)
		}
	}
	slices.Sort(out)
	return out
}
