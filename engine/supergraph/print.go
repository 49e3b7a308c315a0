package supergraph

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// String is the graph as the subgraphs see it, for people and tests: a line for each type and field in each
// subgraph that has it.
func (s *Supergraph) String() string {
	var b strings.Builder
	for _, g := range s.Subgraphs {
		fmt.Fprintf(&b, "subgraph %s %s\n", g.Name, g.URL)
	}
	for _, t := range s.Types {
		fmt.Fprintf(&b, "%s %s%s\n", strings.ToLower(string(t.Kind)), t.Name, mark(t.Inaccessible, " inaccessible"))
		for id, in := range t.In {
			if in != nil {
				fmt.Fprintf(&b, "  in %s%s\n", s.Subgraphs[id].Name, in.describe(t.Kind))
			}
		}
		for _, f := range t.Fields {
			s.describeField(&b, f)
		}
	}
	return b.String()
}

func (t *TypeIn) describe(kind ast.DefinitionKind) string {
	var b strings.Builder
	for _, k := range t.Keys {
		fmt.Fprintf(&b, " key(%s)%s", k.Fields, mark(!k.Resolvable, " unresolvable"))
	}
	b.WriteString(mark(t.InterfaceObject, " interfaceObject") + mark(t.Extension, " extension"))
	list := func(label string, names []string) {
		if len(names) > 0 {
			b.WriteString(" " + label + "(" + strings.Join(names, " ") + ")")
		}
	}
	list("implements", t.Interfaces)
	if kind != ast.Object {
		list("members", t.Members)
	}
	list("values", t.Values)
	return b.String()
}

func (s *Supergraph) describeField(b *strings.Builder, f *Field) {
	fmt.Fprintf(b, "  %s: %s%s\n", f.Name, f.Type, mark(f.Inaccessible, " inaccessible"))
	for id, in := range f.In {
		if in == nil {
			continue
		}
		fmt.Fprintf(b, "    in %s", s.Subgraphs[id].Name)
		b.WriteString(mark(in.Type.String() != f.Type.String(), " as "+in.Type.String()) + mark(in.External, " external"))
		b.WriteString(mark(len(in.Requires) > 0, " requires("+in.Requires.String()+")") + mark(len(in.Provides) > 0, " provides("+in.Provides.String()+")"))
		b.WriteString(mark(in.Override != "", " override("+in.Override+")") + mark(in.OverrideLabel != "", " label("+in.OverrideLabel+")"))
		b.WriteString(mark(in.UsedOverridden, " usedOverridden"))
		for _, c := range in.Contexts {
			fmt.Fprintf(b, " context(%s: %s = $%s %s)", c.Name, c.Type, c.Context, c.Selection)
		}
		b.WriteByte('\n')
	}
}

func mark(on bool, text string) string {
	if on {
		return text
	}
	return ""
}
