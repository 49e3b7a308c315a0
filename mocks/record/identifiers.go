package record

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/mocks/response"
)

// identifiers replaces identifiers by others of the same shape, each by the same one wherever it is met. Which one it is
// depends on the order in which they are met and on nothing else, so that nothing leads back.
type identifiers struct {
	// stay are those that are kept: the operations say them, or the value of a coordinate that is kept.
	stay  map[string]bool
	fakes map[string]string
	taken map[string]bool
	dice  *rand.Rand
}

func newIdentifiers() *identifiers {
	ids := &identifiers{stay: map[string]bool{}}
	ids.again()
	return ids
}

// again forgets all fakes, and not what stays.
func (ids *identifiers) again() {
	ids.fakes, ids.taken = map[string]string{}, map[string]bool{}
	ids.dice = rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same every time
}

// keep has an identifier stay as it is.
func (ids *identifiers) keep(v any) any {
	ids.stay[fmt.Sprint(v)] = true
	return v
}

// maxTries of a shape; where it has no room for more, the fake gets longer.
const maxTries = 50

// fake is the identifier, a text or a number, that stands for another one.
func (ids *identifiers) fake(v any) any {
	real := fmt.Sprint(v)
	if ids.stay[real] {
		return v
	}
	out, ok := ids.fakes[real]
	for tries := 0; !ok; tries++ {
		if tries > 0 && tries%maxTries == 0 {
			real += "0"
		}
		out = ids.shaped(real)
		ok = !ids.taken[out] && !ids.stay[out] && out != fmt.Sprint(v)
	}
	ids.fakes[fmt.Sprint(v)], ids.taken[out] = out, true
	if _, number := v.(json.Number); number {
		return json.Number(out)
	}
	return out
}

// shaped is a text with other letters and digits; of what may be hexadecimal the letters stay so. A number has no zero in
// front, and is none that a shorter one could be taken for.
func (ids *identifiers) shaped(text string) string {
	letters := 26
	if hexadecimal(text) {
		letters = 6
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == '0' && i == 0 && len(text) == 1:
			b.WriteByte('0' + byte(1+ids.dice.IntN(9)))
		case r >= '0' && r <= '9' && i == 0:
			b.WriteByte('1' + byte(ids.dice.IntN(9)))
		case r >= '0' && r <= '9':
			b.WriteByte('0' + byte(ids.dice.IntN(10)))
		case r >= 'a' && r <= 'z':
			b.WriteByte('a' + byte(ids.dice.IntN(letters)))
		case r >= 'A' && r <= 'Z':
			b.WriteByte('A' + byte(ids.dice.IntN(letters)))
		case r < 0x80:
			b.WriteRune(r)
		default: // letters of other alphabets would say who it is
			b.WriteByte('x')
		}
	}
	if out := b.String(); len(out) == 10 && out > "2" && strings.Trim(out, "0123456789") == "" {
		return "1" + out[1:] // it may be an Int
	}
	return b.String()
}

func hexadecimal(text string) bool {
	return len(text) >= 8 && strings.Trim(text, "0123456789abcdef-") == "" || len(text) >= 8 && strings.Trim(text, "0123456789ABCDEF-") == ""
}

// said keeps the identifiers that the operation's arguments name.
func (ids *identifiers) said(op *response.Operation) {
	var walk func(set ast.SelectionSet, seen map[string]bool)
	walk = func(set ast.SelectionSet, seen map[string]bool) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				for _, arg := range s.Arguments {
					if def := s.Definition; def != nil && def.Arguments.ForName(arg.Name) != nil {
						v, err := arg.Value.Value(op.Variables)
						ids.saidBy(op.Schema, def.Arguments.ForName(arg.Name).Type, v, err)
					}
				}
				walk(s.SelectionSet, seen)
			case *ast.InlineFragment:
				walk(s.SelectionSet, seen)
			case *ast.FragmentSpread:
				if !seen[s.Name] && s.Definition != nil {
					seen[s.Name] = true
					walk(s.Definition.SelectionSet, seen)
				}
			}
		}
	}
	walk(op.Def.SelectionSet, map[string]bool{})
}

// saidBy keeps what an argument of the type says, if that may be an identifier: an ID or a text.
func (ids *identifiers) saidBy(schema *ast.Schema, t *ast.Type, v any, err error) {
	if err != nil || v == nil {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			ids.saidBy(schema, element(t), e, nil)
		}
	case map[string]any:
		def := schema.Types[t.Name()]
		for name, e := range v {
			if def != nil && def.Fields.ForName(name) != nil {
				ids.saidBy(schema, def.Fields.ForName(name).Type, e, nil)
			}
		}
	case string:
		ids.keep(v)
	case int64:
		if t.Name() == "ID" || t.Name() == "Int" {
			ids.keep(strconv.FormatInt(v, 10))
		}
	case json.Number, int:
		ids.keep(v)
	}
}

func element(t *ast.Type) *ast.Type {
	if t.Elem != nil {
		return t.Elem
	}
	return t
}
