package operation

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxOverlapWork bounds the check of overlapping fields: how many fields its sets may hold, all together.
const maxOverlapWork = 500_000

// checkOverlaps refuses fields that answer under one key and differ. It expects a document that is otherwise
// valid.
//
// Comparing each pair of fields is quadratic, and with fragments in fragments worse. Here a set of fields that
// will be merged is checked as a whole, and once: fields with one key are held against the first of them, then
// all that they select makes up the next set. Two questions are asked of a set (the shape of values must agree
// for all; name and arguments for those that can apply to one object), so there are two families of sets,
// each remembered by its members.
// https://spec.graphql.org/October2021/#sec-Field-Selection-Merging
func checkOverlaps(api *ast.Schema, doc *ast.QueryDocument) Errors {
	o := &overlap{
		ids: map[*ast.Field]uint32{}, calls: map[uint32]string{}, below: map[uint32][]uint32{},
		shaped: map[string]bool{}, merged: map[string]bool{}, told: map[[2]*ast.Field]bool{},
	}
	for _, op := range doc.Operations {
		if root(api, op.Operation) == nil {
			continue // nothing is known of its fields, and it is refused when it is asked for
		}
		set := o.flatten(op.SelectionSet)
		o.shapes(set, nil)
		o.merges(set, nil)
	}
	if o.work > maxOverlapWork {
		return Errors{{
			Code: CodeTooLarge, Message: "The operation has too many fields that overlap: give them aliases, or split it into several requests.",
		}}
	}
	return o.errs
}

type overlap struct {
	// fields by id, in the order in which they were found, and ids by field.
	fields []*ast.Field
	ids    map[*ast.Field]uint32
	// calls are the fields' names with their arguments; below what they select.
	calls map[uint32]string
	below map[uint32][]uint32
	// shaped and merged are the sets that were checked.
	shaped, merged map[string]bool
	// told are the conflicts that were found, as shapes and merges may find the same.
	told map[[2]*ast.Field]bool
	work int
	errs Errors
}

// crumb is the way to a set, from its end.
type crumb struct {
	above *crumb
	key   string
}

// pay accounts for work, and reports whether there may be more of it.
func (o *overlap) pay(n int) bool {
	o.work += n
	return o.work <= maxOverlapWork && len(o.errs) < maxErrors
}

// flatten is the fields of a selection set, those of its fragments among them, each once.
func (o *overlap) flatten(set ast.SelectionSet) []uint32 {
	var out []uint32
	visited := map[string]bool{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		if !o.pay(len(set)) {
			return
		}
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				out = append(out, o.id(s))
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if !visited[s.Name] {
					visited[s.Name] = true
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(set)
	return out
}

func (o *overlap) id(f *ast.Field) uint32 {
	id, ok := o.ids[f]
	if !ok {
		id = uint32(len(o.fields))
		o.fields = append(o.fields, f)
		o.ids[f] = id
	}
	return id
}

// shapes checks that the values of all fields with one key have one shape, whichever object they are of.
func (o *overlap) shapes(set []uint32, path *crumb) {
	if !o.begin(o.shaped, set) {
		return
	}
	for _, group := range o.byKey(set) {
		var first *ast.Field
		for _, id := range group {
			f := o.fields[id]
			if f.Name == typenameField.Name {
				continue // which graphql-js holds against nothing
			}
			if first == nil {
				first = f
			}
			if !sameShape(first, f) {
				o.conflict(path, first, f, fmt.Sprintf("they return conflicting types %q and %q", first.Definition.Type, f.Definition.Type))
				break
			}
		}
		o.shapes(o.selected(group), &crumb{path, o.fields[group[0]].Alias})
	}
}

// merges checks that the fields with one key are one field, among those that can be asked of one object:
// fields on different object types cannot.
func (o *overlap) merges(set []uint32, path *crumb) {
	if !o.begin(o.merged, set) {
		return
	}
	for _, group := range o.byKey(set) {
		for _, together := range o.byObject(group) {
			first := o.fields[together[0]]
			for _, id := range together[1:] {
				if o.call(id) != o.call(together[0]) {
					o.conflict(path, first, o.fields[id], difference(first, o.fields[id]))
					break
				}
			}
			o.merges(o.selected(together), &crumb{path, first.Alias})
		}
	}
}

// begin reports whether the set is still to be checked.
func (o *overlap) begin(done map[string]bool, set []uint32) bool {
	if len(set) == 0 || !o.pay(len(set)) {
		return false
	}
	key := make([]byte, 0, 4*len(set))
	for _, id := range set {
		key = binary.LittleEndian.AppendUint32(key, id)
	}
	if done[string(key)] {
		return false
	}
	done[string(key)] = true
	return true
}

// byKey groups the fields by their key in the response, in order of appearance.
func (o *overlap) byKey(set []uint32) [][]uint32 {
	index := make(map[string]int, len(set))
	var out [][]uint32
	for _, id := range set {
		key := o.fields[id].Alias
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], id)
	}
	return out
}

// byObject splits the group by the object type it is asked of; what is asked of an abstract type is in each.
func (o *overlap) byObject(group []uint32) [][]uint32 {
	var abstract []uint32
	index := map[string]int{}
	var out [][]uint32
	for _, id := range group {
		parent := o.fields[id].ObjectDefinition
		if parent.Kind != ast.Object {
			abstract = append(abstract, id)
			continue
		}
		i, ok := index[parent.Name]
		if !ok {
			i = len(out)
			index[parent.Name] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], id)
	}
	if len(out) == 0 {
		return [][]uint32{abstract}
	}
	if len(abstract) == 0 {
		return out
	}
	for i := range out {
		if !o.pay(len(abstract)) {
			return nil
		}
		out[i] = slices.Concat(abstract, out[i])
	}
	return out
}

// selected is all that the fields of the group select, each once, in order.
func (o *overlap) selected(group []uint32) []uint32 {
	if len(group) == 1 {
		return o.belowOf(group[0])
	}
	var out []uint32
	for _, id := range group {
		below := o.belowOf(id)
		if !o.pay(len(below)) {
			return nil
		}
		out = append(out, below...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (o *overlap) belowOf(id uint32) []uint32 {
	set := o.fields[id].SelectionSet
	if len(set) == 0 {
		return nil
	}
	out, ok := o.below[id]
	if !ok {
		out = o.flatten(set)
		slices.Sort(out)
		o.below[id] = out
	}
	return out
}

func (o *overlap) conflict(path *crumb, a, b *ast.Field, reason string) {
	pair := [2]*ast.Field{a, b}
	if o.told[pair] {
		return
	}
	o.told[pair] = true
	message := fmt.Sprintf("ields %q conflict because ", a.Alias)
	for ; path != nil && len(message) < 1000; path = path.above {
		message = fmt.Sprintf("ields %q conflict because subf", path.key) + message
	}
	o.errs = append(o.errs, &Error{
		Code: CodeValidation, Locations: at(a.Position, b.Position),
		Message: "F" + message + reason + ". Use different aliases on the fields to fetch both if this was intentional.",
	})
}
