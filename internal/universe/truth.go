package universe

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// objects of an entity type that exist.
const population = 5

// Object is an object of the universe: all of its values follow from its number.
type Object struct {
	Type   *Type
	Number uint64
}

var errFault = errors.New("this field fails")

func hash(parts ...any) uint64 { return xxhash.Sum64String(fmt.Sprint(parts...)) }

// entity is the i-th object of an entity type.
func entity(t *Type, i uint64) Object { return Object{t, hash(t.Name, " ", i%population)} }

// entities are all objects of the object types that t may be.
func entities(t *Type) []Object {
	var all []Object
	for _, m := range t.members() {
		for i := range uint64(population) {
			all = append(all, entity(m, i))
		}
	}
	return all
}

// value of an object's field: nil, an Object, a []any of values, or a leaf as json.RawMessage.
func (g *Graph) value(o Object, f *Field, args string) (any, error) {
	n := hash(o.Number, " ", f.Name, args)
	switch {
	case !g.Faults || f.Steady:
	case n%11 == 0:
		return nil, errFault
	case n%11 == 1:
		return nil, nil // an error of its own if the type is non-null
	}
	return g.draw(f, f.Type, n), nil
}

func (g *Graph) draw(f *Field, typ *ast.Type, n uint64) any {
	if !typ.NonNull && !f.Filled && hash(n, "null")%9 == 0 {
		return nil
	}
	if typ.Elem != nil {
		list := make([]any, hash(n, "length")%4)
		for i := range list {
			list[i] = g.draw(f, typ.Elem, hash(n, "[", i))
		}
		return list
	}
	t := g.types[typ.NamedType]
	switch {
	case t == nil:
		return leaf(typ.NamedType, n)
	case t.Kind == ast.Enum:
		return quote(pick(g.values(f), n))
	}
	m := pick(g.runtime(f), n)
	if m.Entity {
		return entity(m, hash(n, "which"))
	}
	return Object{m, hash(n, m.Name)}
}

func pick[T any](of []T, n uint64) T { return of[hash(n, "pick")%uint64(len(of))] }

// words have what an encoder may stumble over.
var words = []string{"", "a", "\"quoted\"", "back\\slash", "line\nbreak", "é", "日本", "\u2028", "😀", "{}", "null", "</b>"}

func leaf(name string, n uint64) json.RawMessage {
	switch name {
	case "Int":
		return json.RawMessage(strconv.Itoa(int(int32(n))))
	case "Float":
		return json.RawMessage(strconv.FormatFloat(float64(n%100000)/8, 'f', -1, 64))
	case "Boolean":
		return json.RawMessage(strconv.FormatBool(n%2 == 0))
	case "JSON":
		return json.RawMessage(fmt.Sprintf(`{"n":%d,"list":[1,null,{"deep":%s}]}`, n%1000, quote(pick(words, n))))
	}
	return quote(pick(words, n) + strconv.FormatUint(n, 36))
}

func quote(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage(`""`)
	}
	return b
}

// typenameIn is what a subgraph calls the type of an object: the interface, if it has only an @interfaceObject of it.
func (g *Graph) typenameIn(o Object, s int) string {
	if o.Type.In[s] != nil {
		return o.Type.Name
	}
	for _, i := range g.Types {
		if i.In[s] != nil && i.In[s].InterfaceObject && slices.Contains(i.members(), o.Type) {
			return i.Name
		}
	}
	return o.Type.Name
}
