package mocks

import (
	"encoding/json"
	"maps"
	"slices"
)

// overlay is what the mutations of one session changed: entities, by their identity. What it does not say of them is
// made up as ever. It is immutable; the nil overlay changes nothing.
type overlay struct {
	changes map[entity]*change
	// order is that in which they were changed first.
	order []*change
	// made counts the entities that were created, those that are gone again among them: no two have one key.
	made, bytes int
}

// entity is what tells entities apart.
type entity struct {
	typ  string
	self hash
}

// change is what became of one entity.
type change struct {
	entity
	// key is its first key, fields are the values that it was given.
	key, fields map[string]any
	// number is its place in the order, from 1.
	number           int
	created, deleted bool
}

// of is what became of an entity; nil if nothing did.
func (o *overlay) of(typ string, self hash) *change {
	if o == nil {
		return nil
	}
	return o.changes[entity{typ, self}]
}

// list is all changes in their order.
func (o *overlay) list() []*change {
	if o == nil {
		return nil
	}
	return o.order
}

// with is the overlay with a change instead of the one of that entity.
func (o *overlay) with(c *change) *overlay {
	out := &overlay{maps.Clone(o.changes), slices.Clone(o.order), o.made, o.bytes}
	if out.changes == nil {
		out.changes = map[entity]*change{}
	}
	if before := out.changes[c.entity]; before != nil {
		c.number = before.number
		out.order[c.number-1] = c
		out.bytes -= before.size()
	} else {
		out.order = append(out.order, c)
		c.number = len(out.order)
	}
	out.changes[c.entity] = c
	out.bytes += c.size()
	return out
}

// size is how many bytes a change takes, about.
func (c *change) size() int {
	text, err := json.Marshal([]any{c.key, c.fields})
	if err != nil {
		return 0 // what it holds was JSON
	}
	return len(text) + overhead
}

// overhead is what a change takes beside its values, about.
const overhead = 100

// gone reports whether the entity was deleted.
func (c *change) gone() bool { return c != nil && c.deleted }

// says reports whether the change gave the field a value.
func (c *change) says(field string) bool {
	if c == nil {
		return false
	}
	_, ok := c.fields[field]
	return ok
}

// over is what is known of the entity, changed. What a representation brought of it comes from who really knows, and
// stays.
func (c *change) over(known, represented map[string]any) map[string]any {
	if c == nil {
		return known
	}
	out := maps.Clone(known)
	if out == nil {
		out = map[string]any{}
	}
	for name, v := range c.fields {
		if _, stays := represented[name]; !stays {
			out[name] = v
		}
	}
	return out
}

// counted is the overlay once another entity was created.
func (o *overlay) counted() *overlay {
	out := *o
	out.made++
	return &out
}
