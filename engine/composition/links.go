package composition

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The specifications that composition knows by their identity.
const (
	specHost       = "https://specs.apollo.dev"
	linkIdentity   = specHost + "/link"
	fedIdentity    = specHost + "/federation"
	connectIdenity = specHost + "/connect"
	// ficusIdentity is the specification of our own directives.
	ficusIdentity = "https://ficus.dev/spec"
)

// lastFederation is the newest version of the federation specification that is understood.
var lastFederation = v(2, 14)

// feature is one @link of a subgraph: a specification, its version, and the names it has in this schema.
type feature struct {
	url, identity, name, as string
	version                 version
	imports                 []imported
	app                     *applied
}

// imported is one element of @link(import:); names of directives start with "@".
type imported struct{ name, as string }

// names says what the directives and types of linked specifications are called in one subgraph.
type names struct {
	features []*feature
	// kinds by the name as written; written is the way back for the federation directives.
	kinds   map[string]*spec
	written map[kind]string
	types   map[string]string // canonical name of a specification's type -> name here
	// of is the feature that a written directive name belongs to.
	of map[string]*feature
}

var versionForm = regexp.MustCompile(`^v(\d+)\.(\d+)$`)

// parseFeatureURL splits https://host/path/name/v1.2.
func parseFeatureURL(s string) (f feature, problem string) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" {
		return f, "Invalid feature url '" + s + "'"
	}
	path := strings.Trim(u.Path, "/")
	if path == "" {
		return f, "Missing path in feature url '" + s + "'"
	}
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	m := versionForm.FindStringSubmatch(last)
	if m == nil {
		return f, "Expected a version string (of the form v1.2), got " + last
	}
	if len(parts) < 2 {
		return f, "Missing feature name component in feature url '" + s + "'"
	}
	f.url = s
	f.version.major, _ = strconv.Atoi(m[1])
	f.version.minor, _ = strconv.Atoi(m[2])
	f.name = parts[len(parts)-2]
	f.identity = u.Scheme + "://" + u.Host + "/" + strings.Join(parts[:len(parts)-1], "/")
	return f, ""
}

// readLinks collects the features that a schema links to. Its errors end the reading of this subgraph.
func (s *schema) readLinks(doc *ast.SchemaDocument) Errors {
	directives := schemaDirectives(doc)
	s.names = &names{kinds: map[string]*spec{}, written: map[kind]string{}, types: map[string]string{}, of: map[string]*feature{}}
	var errs Errors
	linkName := linkDirectiveName(directives)
	for _, d := range directives {
		if d.Name != linkName {
			continue
		}
		app := &applied{kind: dLink, name: "link", args: d.Arguments, pos: d.Position}
		f, problem := parseFeatureURL(app.str("url"))
		if problem != "" {
			errs = append(errs, s.errorAt(InvalidLinkID, d.Position, "%s", problem))
			continue
		}
		f.app, f.as = app, f.name
		if as := app.str("as"); as != "" {
			f.as = as
		}
		if e := s.readImports(&f); e != nil {
			errs = append(errs, e...)
			continue
		}
		if s.names.feature(f.identity) != nil {
			errs = append(errs, s.errorAt(InvalidLinkUsage, d.Position, "Cannot link feature %q since it has already been linked in the schema.", f.identity))
			continue
		}
		s.names.features = append(s.names.features, &f)
	}
	s.bindNames(linkName, doc.Directives)
	return append(errs, s.checkFeatures()...)
}

// linkDirectiveName is what this schema calls @link: the specification can be linked under another name.
func linkDirectiveName(directives ast.DirectiveList) string {
	for _, d := range directives {
		a := applied{args: d.Arguments}
		if f, problem := parseFeatureURL(a.str("url")); problem == "" && f.identity == linkIdentity {
			return d.Name
		}
	}
	return "link"
}

// readImports reads @link(import:).
func (s *schema) readImports(f *feature) Errors {
	list := f.app.arg("import")
	if list == nil || list.Kind == ast.NullValue {
		return nil
	}
	if list.Kind != ast.ListValue {
		return Errors{s.errorAt(InvalidLinkUsage, f.app.pos, "Invalid value for argument \"import\" of @link: it must be a list of names")}
	}
	var errs Errors
	for _, c := range list.Children {
		im, problem := readImport(c.Value)
		if problem != "" {
			errs = append(errs, s.errorAt(InvalidLinkUsage, f.app.pos, "%s", problem))
			continue
		}
		f.imports = append(f.imports, im)
	}
	return errs
}

func readImport(val *ast.Value) (im imported, problem string) {
	switch val.Kind {
	case ast.StringValue, ast.BlockValue:
		im = imported{val.Raw, val.Raw}
	case ast.ObjectValue:
		for _, c := range val.Children {
			switch {
			case c.Name == "name" && c.Value.Kind == ast.StringValue:
				im.name = c.Value.Raw
			case c.Name == "as" && c.Value.Kind == ast.StringValue:
				im.as = c.Value.Raw
			default:
				return im, "Unknown field \"" + c.Name + "\" for sub-value " + printValue(val) + " of @link(import:) argument."
			}
		}
		if im.as == "" {
			im.as = im.name
		}
	}
	switch {
	case im.name == "":
		return im, "Invalid sub-value " + printValue(val) + " for @link(import:) argument: values should be either strings or input object values of the form { name: \"<importedElement>\", as: \"<alias>\" }."
	case strings.HasPrefix(im.name, "@") != strings.HasPrefix(im.as, "@"):
		return im, "Invalid @link import renaming: directive \"" + im.name + "\" imported name and alias \"" + im.as + "\" must both start with '@', or neither."
	}
	return im, ""
}

func (n *names) feature(identity string) *feature {
	for _, f := range n.features {
		if f.identity == identity {
			return f
		}
	}
	return nil
}

// directiveName is what the feature's directive is called in the schema.
func (f *feature) directiveName(name string) string {
	for _, im := range f.imports {
		if im.name == "@"+name {
			return im.as[1:]
		}
	}
	if name == f.name {
		return f.as
	}
	return f.as + "__" + name
}

// typeName is what the feature's type is called in the schema.
func (f *feature) typeName(name string) string {
	for _, im := range f.imports {
		if im.name == name {
			return im.as
		}
	}
	return f.as + "__" + name
}

// bindNames fills the tables from what is linked, or from Federation 1 where nothing of it is.
func (s *schema) bindNames(linkName string, own ast.DirectiveDefinitionList) {
	n := s.names
	for i := range builtins {
		n.kinds[builtins[i].name] = &builtins[i]
	}
	n.kinds[linkName] = &linkSpec
	n.written[dLink] = linkName
	for _, f := range n.features {
		for _, im := range f.imports {
			if strings.HasPrefix(im.as, "@") {
				n.of[im.as[1:]] = f
			}
		}
		n.of[f.as] = f
	}
	fed := n.feature(fedIdentity)
	s.fed2 = fed != nil
	for i := range specs {
		sp := &specs[i]
		switch {
		case fed != nil && !fed.version.less(sp.since) && !lastFederation.less(fed.version):
			n.bind(fed.directiveName(sp.name), sp)
		case fed == nil && (sp.one || own.ForName(sp.name) != nil):
			// What a Federation 1 schema defines under these names is what it means once it is upgraded.
			n.bind(sp.name, sp)
		}
		if own := n.feature(specHost + "/" + sp.name); own != nil {
			n.bind(own.directiveName(sp.name), sp)
		}
	}
	if fed == nil {
		s.version = v(1, 0)
		n.types["FieldSet"] = "_FieldSet"
		return
	}
	s.version = fed.version
	for _, t := range specTypes {
		n.types[t.name] = fed.typeName(t.name)
	}
	if c := n.feature(connectIdenity); c != nil {
		n.bind(c.directiveName("source"), &spec{kind: dSource, name: "source"})
		n.bind(c.directiveName("connect"), &spec{kind: dConnect, name: "connect"})
	}
	if own := n.feature(ficusIdentity); own != nil {
		n.bind(own.directiveName("batched"), &spec{kind: dBatched, name: "batched"})
	}
}

func (n *names) bind(written string, sp *spec) {
	n.kinds[written] = sp
	n.written[sp.kind] = written
}

// checkFeatures refuses versions and imports that do not exist in the specifications known here.
func (s *schema) checkFeatures() Errors {
	var errs Errors
	for _, f := range s.names.features {
		switch f.identity {
		case linkIdentity:
			if f.version != v(1, 0) {
				errs = append(errs, s.errorAt(UnknownLinkVersion, f.app.pos, "Schema uses unknown version v%d.%d of the link spec", f.version.major, f.version.minor))
			}
		case fedIdentity:
			if f.version.major != 2 || lastFederation.less(f.version) {
				errs = append(errs, s.errorAt(UnknownFedVersion, f.app.pos, "Invalid version v%d.%d for the federation feature in @link directive on schema", f.version.major, f.version.minor))
				continue
			}
			for _, im := range f.imports {
				if !knownImport(im.name, f.version) {
					errs = append(errs, s.errorAt(InvalidLinkUsage, f.app.pos, "Cannot import unknown element %q.", im.name))
				}
			}
		}
	}
	return errs
}

func knownImport(name string, at version) bool {
	for i := range specs {
		if name == "@"+specs[i].name && !at.less(specs[i].since) {
			return true
		}
	}
	for _, t := range specTypes {
		if name == t.name && !at.less(t.since) {
			return true
		}
	}
	return false
}
