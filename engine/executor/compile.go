package executor

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/queryplan"
)

// fetchProgram is one compiled fetch.
type fetchProgram struct {
	plan *queryplan.Fetch
	// targets are what the fetch extends, one for each of its paths; a fetch of root fields has one, the root or
	// what stands for it below.
	targets []target
	// answer is how to read the data of the answer.
	answer *readObject
	// head is the request up to the variables, variables are the client's that it uses.
	head      []byte
	variables []bodyVariable
	// contextual, if not nil, is what is filled from above the objects.
	contextual *contextual
	// needs counts the fetches to wait for, feeds are those that wait for this one.
	needs int
	feeds []int
	// expect is how many bytes to expect of an answer.
	expect guess
}

// entities reports whether the fetch extends each object by an entity, and not all alike by root fields.
func (p *fetchProgram) entities() bool { return p.plan.IsEntity() }

// target is the objects at the end of one path. Each has a layout of its own: what a fetch selects has the same
// names at all of its paths, but there stands more beside it and below it, from other fetches.
type target struct {
	plan *queryplan.Fetch
	// steps lead to the objects that are extended; representations say how those are identified.
	steps           []step
	representations representations
	// form is how to read what is merged into an object: the data itself, or an entity.
	form *readObject
	// apart: objects with the same representation do not share what is read, since they get different values below.
	apart bool
	// place is the path in the response to which the steps lead, as far as it is the same for all objects,
	// and shape is what is there; nil if it leads further.
	place []string
	shape *shapeObject
}

// step is one step of a path: into a slot, or into each element of a list if the slot is headerSlot.
type step struct {
	slot uint32
	only typeSet
}

// Compile turns a plan into a program. It fails on plans that contradict themselves only.
func Compile(plan *queryplan.Plan) (*Program, error) {
	if plan == nil || plan.Shape == nil {
		return nil, errors.New("compile plan: no shape")
	}
	if len(plan.Deferred) > 0 {
		return nil, errors.New("compile plan: it defers parts of the response, which are not sent yet")
	}
	c := compiler{
		program: &Program{plan: plan, root: newLayout(), fetches: make([]fetchProgram, len(plan.Fetches))},
	}
	c.program.types.ids = map[string]typeID{}
	c.answeredTypes(plan.Shape)
	c.program.types.answered = typeID(len(c.program.types.names))
	for i, f := range plan.Fetches {
		if err := c.fetch(i, f); err != nil {
			return nil, fmt.Errorf("compile fetch %d: %w", i, err)
		}
	}
	c.keepApart()
	shape, err := c.shape(plan.Shape, c.program.root, rootName(plan.Kind))
	if err != nil {
		return nil, fmt.Errorf("compile shape: %w", err)
	}
	c.program.shape, c.program.denied = shape, newDenials(plan.Denied)
	for i := range c.program.fetches {
		p := &c.program.fetches[i]
		p.targets[0].locate(p.plan.Path, shape)
		for k, t := range p.plan.Also {
			p.targets[k+1].locate(t.Path, shape)
		}
	}
	return c.program, nil
}

type compiler struct {
	program *Program
	shapes  uint32
}

// answeredTypes gives the types of the shape's variants their numbers, before all others.
func (c *compiler) answeredTypes(s *queryplan.Shape) {
	for _, v := range s.Variants {
		for _, name := range v.Types {
			c.program.types.id(name)
		}
		for _, f := range v.Fields {
			if f.Shape != nil {
				c.answeredTypes(f.Shape)
			}
		}
	}
}

func (c *compiler) fetch(id int, f *queryplan.Fetch) error {
	if f == nil || f.ID != id {
		return errors.New("its ID is not its index")
	}
	p := &c.program.fetches[id]
	p.plan = f
	for _, need := range f.DependsOn {
		if need < 0 || need >= id {
			return fmt.Errorf("it depends on fetch %d, which does not come before it", need)
		}
		p.needs++
		c.program.fetches[need].feeds = append(c.program.fetches[need].feeds, id)
	}
	if err := c.targets(p, f); err != nil {
		return err
	}
	p.answer = p.targets[0].form
	if f.IsEntity() {
		p.answer = &readObject{layout: newLayout()}
		entities := readField{name: "_entities", slot: p.answer.layout.slot("_entities"), object: c.entity(p)}
		p.answer.fields = []readField{entities}
	} else if len(f.Path) > 0 && f.Kind != ast.Query {
		return fmt.Errorf("a %s below the root", f.Kind)
	}
	c.body(p, f)
	return c.contextual(p, f)
}

// targets compiles the paths of a fetch, with what is sent from and read into the objects at their ends.
func (c *compiler) targets(p *fetchProgram, f *queryplan.Fetch) error {
	p.targets = make([]target, 1+len(f.Also))
	for i := range p.targets {
		path, reps := f.Path, f.Representations
		if i > 0 {
			path = f.Also[i-1].Path
			if own := f.Also[i-1].Representations; own != nil {
				reps = own
			}
		}
		if (len(path) == 0 || !f.IsEntity()) && (i > 0 || len(f.Also) > 0) {
			return errors.New("it has several paths, of which one leads nowhere or to no entities")
		}
		steps, at, err := c.steps(path)
		if err != nil {
			return err
		}
		t := &p.targets[i]
		*t = target{plan: f, steps: steps, form: &readObject{layout: at}}
		c.selections(t.form, f.Selections)
		finish(t.form)
		t.representations = c.representations(reps, at)
	}
	return nil
}

// entity is how to read an entity: in the form of the only target, or in that of each.
func (c *compiler) entity(p *fetchProgram) *readObject {
	if len(p.targets) == 1 || p.plan.Contextual != nil { // which has several paths to one place only
		return p.targets[0].form
	}
	o := &readObject{layout: newLayout()}
	for i := range p.targets {
		o.each = append(o.each, p.targets[i].form)
	}
	return o
}

// steps compiles a path and returns the layout at its end.
func (c *compiler) steps(path queryplan.Path) ([]step, *layout, error) {
	var steps []step
	at := c.program.root
	for i, s := range path {
		t := step{only: c.program.types.set(s.Types)}
		if s.Name != queryplan.List {
			t.slot = at.slot(s.Name)
			at = at.child(t.slot)
		} else if i == 0 {
			return nil, nil, errors.New("its path starts with a list")
		}
		steps = append(steps, t)
	}
	return steps, at, nil
}

// selections adds what is selected to an object's form, whatever the type condition it is selected under.
func (c *compiler) selections(o *readObject, selections []*queryplan.Selection) {
	for _, s := range selections {
		if s.Name == "" {
			c.selections(o, s.Selections)
			continue
		}
		slot := o.layout.slot(s.Name)
		o.layout.fields[slot] = s.Field
		i := slices.IndexFunc(o.fields, func(f readField) bool { return f.slot == slot })
		if i < 0 {
			i = len(o.fields)
			o.fields = append(o.fields, readField{name: s.Name, slot: slot})
		}
		if len(s.Selections) == 0 {
			continue
		}
		if o.fields[i].object == nil {
			o.fields[i].object = &readObject{layout: o.layout.child(slot)}
		}
		c.selections(o.fields[i].object, s.Selections)
	}
}

// finish gives wide objects their index.
func finish(o *readObject) {
	if len(o.fields) >= wide {
		o.index = make(map[string]int, len(o.fields))
		for i, f := range o.fields {
			o.index[f.name] = i
		}
	}
	for _, f := range o.fields {
		if f.object != nil {
			finish(f.object)
		}
	}
}

// locate finds the place of a target in the response.
func (t *target) locate(path queryplan.Path, shape *shapeObject) {
	for _, s := range path {
		f := shape.named(s.Name)
		if f == nil {
			shape = nil
			break
		}
		t.place = append(t.place, f.key)
		shape = f.shape
	}
	t.shape = shape
}
