package record

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxFile is how large a file about mocks may be, in bytes.
const maxFile = 4 << 20

// write is the scenario's file. Of the rules for one field those with more conditions come first, as the first that fits
// holds.
func (r *rules) write(name string, kept []string) ([]byte, error) {
	var b strings.Builder
	var titles []string
	for _, a := range r.answers {
		titles = append(titles, a.request.Title())
	}
	fmt.Fprintf(&b, "# Recorded by ficus mock record. Identifiers are replaced unless the operations name them.\n")
	if len(kept) > 0 {
		fmt.Fprintf(&b, "# Kept as answered: %s.\n", strings.Join(kept, ", "))
	}
	fmt.Fprintf(&b, "name: %s\nrecorded:\n  schema: %s\n  operations:\n", quoted(name), Fingerprint(r.Schema))
	for _, t := range titles {
		fmt.Fprintf(&b, "    - %s\n", quoted(t))
	}
	r.types(&b)
	sites := r.ordered()
	if len(sites) == 0 {
		return nil, fmt.Errorf("record: the answers hold nothing that a rule could say")
	}
	b.WriteString("rules:\n")
	for _, s := range sites {
		s.write(&b)
	}
	if b.Len() > maxFile {
		return nil, fmt.Errorf("record: the scenario would have %d bytes; it may have %d: record fewer operations, or shorter lists", b.Len(), maxFile)
	}
	return []byte(b.String()), nil
}

func (r *rules) ordered() []*site {
	first := map[string]int{}
	for i, s := range r.sites {
		if _, ok := first[s.coordinate()]; !ok {
			first[s.coordinate()] = i
		}
	}
	out := slices.Clone(r.sites)
	slices.SortStableFunc(out, func(x, y *site) int {
		return cmp.Or(r.rank(x)-r.rank(y), cmp.Compare(first[x.coordinate()], first[y.coordinate()]), cmp.Compare(y.conditions(), x.conditions()))
	})
	return out
}

// rank has the fields at the top come first, as one reads.
func (r *rules) rank(s *site) int {
	if r.Schema.Query.Name == s.typ {
		return 0
	}
	return 1
}

func (s *site) conditions() int {
	n := len(s.operation)
	if s.arguments != nil {
		n = len(s.arguments.fields)
	}
	return n
}

// types are those of the coordinates that the rules are for, so that it can be said what has changed since.
func (r *rules) types(b *strings.Builder) {
	types := map[string]string{}
	for _, s := range r.sites {
		if f := r.Schema.Types[s.typ].Fields.ForName(s.field); f != nil {
			types[s.coordinate()] = f.Type.String()
		}
	}
	b.WriteString("  types:\n")
	for _, c := range slices.Sorted(maps.Keys(types)) {
		fmt.Fprintf(b, "    %s: %s\n", c, quoted(types[c]))
	}
}

func (s *site) write(b *strings.Builder) {
	fmt.Fprintf(b, "  - on: %s\n", s.coordinate())
	if s.operation != "" {
		fmt.Fprintf(b, "    operation: %s\n", s.operation)
	}
	if s.key != nil {
		fmt.Fprintf(b, "    key: %s\n", s.key.text())
	}
	if s.arguments != nil {
		fmt.Fprintf(b, "    arguments: %s\n", s.arguments.text())
	}
	switch {
	case s.code != "":
		fmt.Fprintf(b, "    error: %s\n", s.code)
	case s.value.isNull():
		b.WriteString("    \"null\": true\n")
	case s.value.kind == lengthKind:
		fmt.Fprintf(b, "    length: %d\n", s.value.length)
	case s.value.kind == listKind && len(s.value.list) > 0:
		b.WriteString("    value:\n")
		for _, e := range s.value.list {
			fmt.Fprintf(b, "      - %s\n", e.text())
		}
	default:
		fmt.Fprintf(b, "    value: %s\n", s.value.text())
	}
}

// Fingerprint is the same for schemas with the same types, whatever their order, descriptions and directives: what is
// read from a running server and from a file has the same.
func Fingerprint(schema *ast.Schema) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		t := schema.Types[name]
		if t.BuiltIn || strings.HasPrefix(name, "__") {
			continue
		}
		var lines []string
		for _, f := range t.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			line := f.Name + ":" + f.Type.String()
			for _, a := range f.Arguments {
				line += "," + a.Name + ":" + a.Type.String()
			}
			lines = append(lines, line)
		}
		for _, v := range t.EnumValues {
			lines = append(lines, v.Name)
		}
		lines = append(lines, t.Types...)
		lines = append(lines, t.Interfaces...)
		slices.Sort(lines)
		fmt.Fprintf(h, "%s %s %s\n", t.Kind, name, strings.Join(lines, ";"))
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
