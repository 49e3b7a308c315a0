package operation_test

import (
	"encoding/json"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
)

// FuzzParse takes any text and variables the whole way: whatever they are, they are answered or refused, and
// what comes out can be read again.
func FuzzParse(f *testing.F) {
	for _, seed := range [][2]string{
		{"{ dog { id } }", ""},
		{"query Q($a: Boolean = true) { dog { ...F @skip(if: $a) } } fragment F on Pet { name(short: $a) }", `{"a":false}`},
		{"query($f: Filter, $t: [String!]) { pet(id: 1, filter: $f, tags: $t) { ... on Dog { barks } } }", `{"f":{"name":"x","and":[{"name":"y"}]},"t":"a"}`},
		{`{ json(value: {a: [1, "é", """b"""]}, by: {id: 4}) }`, "null"},
		{"mutation { rename(name: \"\\u0041\") { owner { pets { id } } } }", "{}"},
		{"{ __schema { types { name } } }", `{"x":1e5}`},
		{"query($c: [[Int]]) { grid(cells: $c) }", `{"c":[1,[2.0,null]]}`},
	} {
		f.Add(seed[0], seed[1])
	}
	api := load(f)
	f.Fuzz(func(t *testing.T, text, variables string) {
		doc, err := operation.Parse(api, text, operation.Limits{})
		if err != nil {
			if _, err := json.Marshal(err); err != nil {
				t.Fatal(err)
			}
			return
		}
		p, err := doc.Operation("")
		if err != nil {
			return
		}
		values, err := p.Coerce([]byte(variables))
		if err != nil {
			return
		}
		for _, v := range values {
			if !json.Valid(v.JSON) {
				t.Fatalf("%s is %q", v.Name, v.JSON)
			}
		}
		mask, err := p.Mask(values)
		if err != nil {
			return
		}
		op, err := p.Decide(mask)
		if err != nil {
			return
		}
		if len(op.Selections) == 0 || !readable(api, op.Selections) {
			return
		}
		again, err := operation.Parse(api, op.String(), operation.Limits{})
		if err != nil {
			t.Fatalf("%v in\n%s", err, op)
		}
		p, _ = again.Operation("")
		if back, err := p.Decide(0); err != nil || back.Key != op.Key {
			t.Fatalf("read again %v\n%s\nwas\n%s", err, back, op)
		}
	})
}

// readable reports whether no composite field lost all its selections, which cannot be written down.
func readable(api *ast.Schema, set []*operation.Selection) bool {
	for _, s := range set {
		composite := s.On != "" || api.Types[s.Definition.Type.Name()].IsCompositeType()
		if composite && len(s.Selections) == 0 || !readable(api, s.Selections) {
			return false
		}
	}
	return true
}
