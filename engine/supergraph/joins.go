package supergraph

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// typ reads one definition with its joins.
func (r *reader) typ(def *ast.Definition) (*Type, error) {
	t := &Type{
		Name: def.Name, Kind: def.Kind, Description: def.Description, Interfaces: def.Interfaces,
		Inaccessible: r.inaccessible(def.Directives), In: make([]*TypeIn, len(r.subgraphs)),
		Applied: r.applied(def.Directives), Access: r.access(def.Directives), Directives: r.own(def.Directives),
		Contexts: r.contexts(def.Directives), Cost: r.cost(def.Directives, nil),
	}
	if err := r.joinTypes(t, def); err != nil {
		return nil, err
	}
	r.joinImplements(t, def)
	r.joinMembers(t, def)
	r.joinValues(t, def)
	owner := -1
	if d := def.Directives.ForName(r.features.name("join", "owner")); d != nil {
		owner = r.graph(d)
	}
	for _, fd := range def.Fields {
		f, err := r.field(t, fd, owner)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", def.Name, fd.Name, err)
		}
		t.Fields = append(t.Fields, f)
	}
	return t, nil
}

func (r *reader) inaccessible(list ast.DirectiveList) bool {
	return list.ForName(r.features.name("inaccessible", "inaccessible")) != nil
}

// graph is the ID that a directive's graph argument names; -1 if it has none.
func (r *reader) graph(d *ast.Directive) int {
	if id, ok := r.byEnum[stringArg(d, "graph")]; ok {
		return id
	}
	return -1
}

// joinTypes reads join__type. A type without any is a value type of join v0.1: every subgraph may have it.
func (r *reader) joinTypes(t *Type, def *ast.Definition) error {
	apps := def.Directives.ForNames(r.features.name("join", "type"))
	for _, d := range apps {
		id := r.graph(d)
		if id < 0 {
			return fmt.Errorf("%s: @join__type names no graph of join__Graph", def.Name)
		}
		in := t.In[id]
		if in == nil {
			in = &TypeIn{}
			t.In[id] = in
		}
		in.InterfaceObject = in.InterfaceObject || boolArg(d, "isInterfaceObject", false)
		in.Extension = in.Extension || boolArg(d, "extension", false)
		key, err := ParseFieldSet(stringArg(d, "key"))
		if err != nil {
			return fmt.Errorf("%s: @join__type: %w", def.Name, err)
		}
		if len(key) > 0 {
			in.Keys = append(in.Keys, &Key{Fields: key, Resolvable: boolArg(d, "resolvable", true)})
		}
	}
	if len(apps) == 0 {
		for i := range t.In {
			t.In[i] = &TypeIn{}
		}
	}
	return nil
}

// joinImplements reads join__implements; without any, each subgraph implements what the graph does.
func (r *reader) joinImplements(t *Type, def *ast.Definition) {
	apps := def.Directives.ForNames(r.features.name("join", "implements"))
	for _, d := range apps {
		if id := r.graph(d); id >= 0 && t.In[id] != nil {
			t.In[id].Interfaces = append(t.In[id].Interfaces, stringArg(d, "interface"))
		}
	}
	if v := r.features.find("join").version; v == "v0.1" {
		for _, in := range t.In {
			if in != nil {
				in.Interfaces = def.Interfaces
			}
		}
	}
}

// joinMembers reads join__unionMember; without any, each subgraph that has the union has all its members.
func (r *reader) joinMembers(t *Type, def *ast.Definition) {
	if def.Kind != ast.Union {
		return
	}
	t.Members = def.Types
	apps := def.Directives.ForNames(r.features.name("join", "unionMember"))
	for _, d := range apps {
		if id := r.graph(d); id >= 0 && t.In[id] != nil {
			t.In[id].Members = append(t.In[id].Members, stringArg(d, "member"))
		}
	}
	if len(apps) == 0 {
		for _, in := range t.In {
			if in != nil {
				in.Members = def.Types
			}
		}
	}
}

// joinValues reads an enum's values and join__enumValue; a value without any is in each subgraph that has
// the enum.
func (r *reader) joinValues(t *Type, def *ast.Definition) {
	for _, v := range def.EnumValues {
		value := &EnumValue{Name: v.Name, Inaccessible: r.inaccessible(v.Directives), In: make([]bool, len(r.subgraphs))}
		apps := v.Directives.ForNames(r.features.name("join", "enumValue"))
		for _, d := range apps {
			if id := r.graph(d); id >= 0 {
				value.In[id] = true
			}
		}
		for id, in := range t.In {
			value.In[id] = in != nil && (value.In[id] || len(apps) == 0)
			if value.In[id] {
				in.Values = append(in.Values, v.Name)
			}
		}
		t.Values = append(t.Values, value)
	}
}

// field reads one field with its join__field applications. Without any, the field is in each subgraph that
// has the type (join v0.1: in the owner, and in the others as far as their keys name it).
func (r *reader) field(t *Type, fd *ast.FieldDefinition, owner int) (*Field, error) {
	f := &Field{
		Name: fd.Name, Description: fd.Description, Type: fd.Type, Args: fd.Arguments, DefaultValue: fd.DefaultValue,
		Inaccessible: r.inaccessible(fd.Directives), In: make([]*FieldIn, len(r.subgraphs)),
		Applied: r.applied(fd.Directives), Access: r.access(fd.Directives), Directives: r.own(fd.Directives),
		Cost: r.cost(fd.Directives, fd.Arguments),
	}
	apps := fd.Directives.ForNames(r.features.name("join", "field"))
	for _, d := range apps {
		id := r.graph(d)
		if id < 0 {
			continue // from an @interfaceObject: no subgraph resolves it on this type
		}
		in, err := fieldIn(d, fd.Type)
		if err != nil {
			return nil, err
		}
		f.In[id] = in
	}
	for id, in := range t.In {
		switch {
		case in == nil || f.In[id] != nil:
		case len(apps) == 0 && (owner < 0 || owner == id):
			f.In[id] = &FieldIn{Type: fd.Type}
		case owner >= 0 && in.names(fd.Name):
			f.In[id] = &FieldIn{Type: fd.Type} // an extension, which knows the key that it is entered by
		}
	}
	return f, nil
}

// names reports whether a key names the field at its top.
func (t *TypeIn) names(field string) bool {
	return slices.ContainsFunc(t.Keys, func(k *Key) bool {
		return slices.ContainsFunc(k.Fields, func(i *FieldSetItem) bool { return i.Name == field })
	})
}

func fieldIn(d *ast.Directive, typ *ast.Type) (*FieldIn, error) {
	in := &FieldIn{
		Type: typ, External: boolArg(d, "external", false), Override: stringArg(d, "override"),
		OverrideLabel: stringArg(d, "overrideLabel"), UsedOverridden: boolArg(d, "usedOverridden", false),
	}
	var err error
	if text := stringArg(d, "type"); text != "" {
		if in.Type, err = parseType(text); err != nil {
			return nil, err
		}
	}
	if in.Requires, err = ParseFieldSet(stringArg(d, "requires")); err != nil {
		return nil, err
	}
	if in.Provides, err = ParseFieldSet(stringArg(d, "provides")); err != nil {
		return nil, err
	}
	if args := d.Arguments.ForName("contextArguments"); args != nil {
		for _, c := range args.Value.Children {
			a, err := contextArgument(c.Value)
			if err != nil {
				return nil, err
			}
			in.Contexts = append(in.Contexts, a)
		}
	}
	return in, nil
}

// parseType reads a type reference such as [User!]!.
func parseType(text string) (*ast.Type, error) {
	doc, err := parser.ParseSchema(&ast.Source{Name: "type", Input: "type T { f: " + text + " }"})
	if err != nil || len(doc.Definitions) != 1 || len(doc.Definitions[0].Fields) != 1 {
		return nil, fmt.Errorf("type reference %q cannot be read", text)
	}
	return doc.Definitions[0].Fields[0].Type, nil
}

// linkMembers fills Members of interfaces and objects, in the graph and per subgraph, from what the object
// types implement.
func linkMembers(types []*Type, graphs int) {
	byName := make(map[string]*Type, len(types))
	for _, t := range types {
		byName[t.Name] = t
	}
	for _, t := range types {
		if t.Kind != ast.Object {
			continue
		}
		t.Members = []string{t.Name}
		for _, i := range t.Interfaces {
			if it := byName[i]; it != nil {
				it.Members = append(it.Members, t.Name)
			}
		}
		for id := range graphs {
			if t.In[id] != nil {
				t.In[id].Members = []string{t.Name}
				joinInterfaceMembers(t, id, byName)
			}
		}
	}
	for _, t := range types {
		standIn(t)
	}
}

// standIn makes an @interfaceObject that no object type implements a member of itself: subgraphs answer such
// objects, and nobody knows what they are.
func standIn(t *Type) {
	is := func(in *TypeIn) bool { return in != nil && in.InterfaceObject }
	if t.Kind != ast.Interface || len(t.Members) > 0 || !slices.ContainsFunc(t.In, is) {
		return
	}
	t.Members = []string{t.Name}
	for _, in := range t.In {
		if is(in) {
			in.Members = t.Members
		}
	}
}

// joinInterfaceMembers makes the object a member of the interfaces that it implements in the subgraph.
func joinInterfaceMembers(t *Type, id int, byName map[string]*Type) {
	for _, i := range t.In[id].Interfaces {
		it := byName[i]
		if it != nil && it.In[id] != nil && !slices.Contains(it.In[id].Members, t.Name) {
			it.In[id].Members = append(it.In[id].Members, t.Name)
		}
	}
}
