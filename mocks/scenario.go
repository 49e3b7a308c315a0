package mocks

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// scenario is a state of the mocked graph that has a name: what some fields are like while it is chosen.
type scenario struct {
	name, description string
	// rules by type and field, in the order of the file.
	rules map[string]map[string][]*scene
	// state of a built-in one; 0 of others.
	state state
}

// scene is one rule of a scenario, with the objects and operations that it is for.
type scene struct {
	operation      string
	key, arguments map[string]any
	rule           *rule
}

// Scenario is a scenario that can be chosen.
type Scenario struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	// BuiltIn ones need no file.
	BuiltIn bool `json:"builtIn,omitempty"`
}

// Scenarios lists those that can be chosen, those of files first.
func (s *Script) Scenarios() []Scenario {
	var out []Scenario
	if s != nil {
		for _, one := range s.scenarios {
			out = append(out, Scenario{Name: one.name, Description: one.description})
		}
	}
	for _, one := range builtInScenarios {
		out = append(out, Scenario{one.name, one.description, true})
	}
	return out
}

// scenario is the one of that name, nil if there is none.
func (s *Script) scenario(name string) *scenario {
	if s != nil {
		for _, one := range s.scenarios {
			if one.name == name {
				return one
			}
		}
	}
	for _, one := range builtInScenarios {
		if one.name == name {
			return one
		}
	}
	return nil
}

func (b *builder) scenarios(files []File) []*scenario {
	var out []*scenario
	for _, f := range files {
		body := b.document(f)
		if body == nil {
			continue
		}
		s := b.readScenario(f, body)
		same := func(other *scenario) bool { return other.name == s.name }
		switch {
		case slices.ContainsFunc(builtInScenarios, same):
			b.fault(nodePlace(f.Name, body), "", "%s is a built-in scenario; choose another name", s.name)
		case slices.ContainsFunc(out, same):
			b.fault(nodePlace(f.Name, body), "", "there is another scenario of the name %s", s.name)
		default:
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y *scenario) int { return strings.Compare(x.name, y.name) })
	return out
}

// readScenario reads name, description and rules. The name is that of the file if none is given.
func (b *builder) readScenario(f File, body ast.Node) *scenario {
	s := &scenario{name: strings.TrimSuffix(path.Base(f.Name), path.Ext(f.Name)), rules: map[string]map[string][]*scene{}}
	var was map[string]string
	before := len(b.faults)
	for _, p := range b.pairs(f.Name, body, "is to be a mapping with name, description and rules") {
		switch p.key {
		case "name", "description":
			text, ok := p.value.(*ast.StringNode)
			switch {
			case !ok, p.key == "name" && strings.ContainsAny(text.Value, ";=\n") || text != nil && text.Value == "":
				b.fault(p.at, p.key, "is to be a text, without ; and =")
			case p.key == "name":
				s.name = text.Value
			default:
				s.description = text.Value
			}
		case "rules":
			list, ok := p.value.(*ast.SequenceNode)
			if !ok {
				b.fault(p.at, "rules", "is to be a list")
				continue
			}
			for _, n := range list.Values {
				b.scene(f.Name, n, s)
			}
		case "recorded":
			was = b.recorded(f.Name, p.value)
		default:
			b.fault(p.at, p.key, "is no key of a scenario%s", near(p.key, []string{"name", "description", "rules", "recorded"}))
		}
	}
	if was != nil {
		b.drifted(b.faults[before:], was)
		s.asRecorded()
	}
	return s
}

// sceneKeys say what a rule of a scenario is for; its other keys are settings.
var sceneKeys = []string{"on", "operation", "key", "arguments"}

// scene reads one rule.
func (b *builder) scene(file string, n ast.Node, into *scenario) {
	list := b.settingsOf(file, "", n, "is to be a mapping, such as {on: Query.products, length: 0}")
	var c coordinates
	var at place
	one := &scene{}
	for _, x := range list {
		switch x.key {
		case "on":
			text, _ := x.value.(string)
			c.typ, c.field, _ = strings.Cut(text, ".")
			at = x.at
		case "operation":
			one.operation, _ = x.value.(string)
		case "key":
			one.key, _ = x.value.(map[string]any)
		case "arguments":
			one.arguments, _ = x.value.(map[string]any)
		}
	}
	if at.line == 0 {
		b.fault(nodePlace(file, n), "", "says not what it is for; add on: Type.field")
		return
	}
	what, ok := b.topic(c, at)
	if !ok {
		return
	}
	if what.field {
		b.conditions(one, what, c, list)
	}
	rest := slices.DeleteFunc(slices.Clone(list), func(x setting) bool { return slices.Contains(sceneKeys, x.key) })
	if len(rest) == 0 {
		b.fault(at, c.String(), "says nothing; there are %s", strings.Join(settings, ", "))
		return
	}
	one.rule = b.rule(what, rest)
	one.rule.strong = true
	b.put(into, c, one)
}

// put adds a rule to a scenario; one for an interface's field is for its objects.
func (b *builder) put(into *scenario, c coordinates, one *scene) {
	types := []string{c.typ}
	if t := b.graph.Type(c.typ); t != nil && t.IsAbstract() {
		types = append(types, t.Members...)
	}
	for _, typ := range slices.Compact(types) {
		if into.rules[typ] == nil {
			into.rules[typ] = map[string][]*scene{}
		}
		into.rules[typ][c.field] = append(into.rules[typ][c.field], one)
	}
}

// conditions checks that the key's fields and the arguments are there.
func (b *builder) conditions(one *scene, what topic, c coordinates, list []setting) {
	for _, x := range list {
		_, isMap := x.value.(map[string]any)
		switch {
		case (x.key == "key" || x.key == "arguments") && !isMap:
			b.fault(x.at, c.String(), "%s: is to be a mapping, such as {id: 5}", x.key)
		case x.key == "operation" && one.operation == "":
			b.fault(x.at, c.String(), "operation: is to be the name of an operation")
		case x.key == "key":
			t := b.graph.Type(c.typ)
			for _, name := range slices.Sorted(maps.Keys(one.key)) {
				if t.Field(name) == nil {
					b.fault(x.at, c.String(), "key: %s has no field %s%s", c.typ, name, near(name, fieldNames(t)))
				}
			}
		case x.key == "arguments":
			var args []string
			for _, a := range what.args {
				args = append(args, a.Name)
			}
			for _, name := range slices.Sorted(maps.Keys(one.arguments)) {
				if !slices.Contains(args, name) {
					b.fault(x.at, c.String(), "arguments: there is no argument %s%s", name, near(name, args))
				}
			}
		}
	}
}

// fits reports whether the rule is for the field of this object in this operation.
func (s *scene) fits(operation string, o *object, args map[string]any) bool {
	return (s.operation == "" || s.operation == operation) && among(s.key, o.known) && among(s.arguments, args)
}

// among reports whether all the wanted values are there. Numbers and texts that read the same are equal.
func among(want, have map[string]any) bool {
	for name, w := range want {
		if h, ok := have[name]; !ok || !alike(w, h) {
			return false
		}
	}
	return true
}

func alike(want, have any) bool {
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		return ok && among(w, h)
	case []any:
		h, ok := have.([]any)
		return ok && slices.EqualFunc(w, h, alike)
	}
	return want != nil && have != nil && fmt.Sprint(want) == fmt.Sprint(have) || want == nil && have == nil
}
