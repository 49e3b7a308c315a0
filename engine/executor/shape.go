package executor

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// shapeObject says how an object of the response is written.
type shapeObject struct {
	// id numbers the shapes, from 1.
	id    uint32
	typed bool
	// variantOf has, for each type, the index of its variant, from 1.
	variantOf []int
	variants  []shapeVariant
}

type shapeVariant struct{ fields []shapeField }

type shapeField struct {
	// open is the key up to the value, with the comma if it is not the first; key is quoted.
	open, key string
	// name in the data, and the slot for it.
	name string
	slot uint32
	// constant is the value, if it is known from the plan; null says that it is null, be it that none may stand there.
	constant string
	null     bool
	typ      *queryplan.Type
	// plain leaves are no lists.
	plain bool
	leaf  *leafCheck
	shape *shapeObject
	// coordinate is the field as messages name it: Type.field.
	coordinate string
}

// variant is the variant for a row's type; nil if there is none.
func (o *shapeObject) variant(id typeID) *shapeVariant {
	if !o.typed {
		return &o.variants[0]
	}
	if int(id) >= len(o.variantOf) || o.variantOf[id] == 0 {
		return nil
	}
	return &o.variants[o.variantOf[id]-1]
}

// shape compiles a shape over the layout of its rows; named is the type of its objects, for messages.
func (c *compiler) shape(s *queryplan.Shape, at *layout, named string) (*shapeObject, error) {
	if !s.Typed && len(s.Variants) != 1 {
		return nil, fmt.Errorf("%d variants without types", len(s.Variants))
	}
	c.shapes++
	o := &shapeObject{id: c.shapes, typed: s.Typed}
	for i, v := range s.Variants {
		for _, name := range v.Types {
			id := int(c.program.types.id(name))
			for id >= len(o.variantOf) {
				o.variantOf = append(o.variantOf, 0)
			}
			if o.variantOf[id] == 0 {
				o.variantOf[id] = i + 1
			}
		}
		parent := named
		if len(v.Types) == 1 {
			parent = v.Types[0]
		}
		fields := make([]shapeField, len(v.Fields))
		for k, f := range v.Fields {
			if err := c.shapeField(&fields[k], f, at, parent); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Key, err)
			}
			if k > 0 {
				fields[k].open = "," + fields[k].open
			}
		}
		o.variants = append(o.variants, shapeVariant{fields})
	}
	return o, nil
}

func (c *compiler) shapeField(field *shapeField, f *queryplan.Field, at *layout, parent string) error {
	*field = shapeField{key: quoted(f.Key), name: f.Name, typ: f.Type}
	field.open = field.key + ":"
	if f.Typename != "" {
		field.constant = quoted(f.Typename)
		return nil
	}
	if f.Null {
		field.constant, field.null = "null", true
		return nil
	}
	if f.Name == "" {
		return errors.New("field without a name")
	}
	if f.Type == nil {
		if f.Name != queryplan.Typename {
			return errors.New("field without a type")
		}
		field.typ = &queryplan.Type{NonNull: true, Named: "String"}
	}
	field.slot = at.slot(f.Name)
	field.coordinate = parent + "." + at.fields[field.slot]
	if f.Shape == nil {
		field.leaf, field.plain = newLeafCheck(f.Leaf, field.typ.Named), field.typ.Elem == nil
		return nil
	}
	var err error
	field.shape, err = c.shape(f.Shape, at.child(field.slot), field.typ.Named)
	return err
}

// rootName is the name that messages give to the root type of an operation.
func rootName(kind ast.Operation) string {
	switch kind {
	case ast.Mutation:
		return "Mutation"
	case ast.Subscription:
		return "Subscription"
	}
	return "Query"
}
