package operation

import (
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// coercion reads values as the types of their places have them, in one pass.
type coercion struct {
	reader
	api *ast.Schema
	// variable is the one that is read, path the place within it.
	variable string
	path     []step
	errs     Errors
}

// step is a name or, with an empty name, an index.
type step struct {
	name  string
	index int
}

// coerce reads one value. It returns a part of the input, or, if changed, new JSON; nil if the value is
// wrong, which is noted, or the JSON is broken.
func (c *coercion) coerce(t *ast.Type, def *ast.Definition) (json []byte, changed bool) {
	first := c.peek()
	switch {
	case first == 'n':
		json = c.skip()
		if t.NonNull && json != nil {
			c.invalid(json, `Expected non-nullable type "%s" not to be null.`, t)
		}
		return json, false
	case t.Elem != nil && first == '[':
		return c.list(t.Elem, def)
	case t.Elem != nil:
		if json, _ = c.coerce(t.Elem, def); json == nil {
			return nil, false
		}
		return append(append(append(make([]byte, 0, len(json)+2), '['), json...), ']'), true
	case def == nil:
		return c.skip(), false
	case def.Kind == ast.InputObject:
		return c.object(def)
	}
	if json = c.skip(); json == nil {
		return nil, false
	}
	if def.Kind == ast.Enum {
		return c.enum(json, def)
	}
	return c.scalar(json, def.Name)
}

func (c *coercion) list(elem *ast.Type, def *ast.Definition) ([]byte, bool) {
	if !c.enter() {
		return nil, false
	}
	start := c.pos
	c.pos++
	c.path = append(c.path, step{})
	var out []byte // what has been read, once an element differs
	for i := 0; c.more(i == 0, ']'); i++ {
		c.path[len(c.path)-1].index = i
		c.extent.longest = max(c.extent.longest, i+1)
		c.peek()
		from := c.pos
		json, changed := c.coerce(elem, def)
		if c.broken != "" {
			return nil, false
		}
		if changed && out == nil {
			out = append(make([]byte, 0, from-start+2*len(json)), c.text[start:from]...)
		} else if out != nil {
			out = append(out, ',')
		}
		if out != nil {
			out = append(out, json...)
		}
	}
	c.path = c.path[:len(c.path)-1]
	c.leave()
	if out != nil {
		return append(out, ']'), true
	}
	return c.text[start:c.pos], false
}

func (c *coercion) object(def *ast.Definition) ([]byte, bool) {
	if c.peek() != '{' {
		if json := c.skip(); json != nil {
			c.invalid(json, `Expected type "%s" to be an object.`, def.Name)
		}
		return nil, false
	}
	if !c.enter() {
		return nil, false
	}
	start := c.pos
	c.pos++
	outer := c.errs
	c.errs = nil
	found := make([]given, len(def.Fields))
	changed := false
	for first := true; c.more(first, '}'); first = false {
		if name := c.key(); name != nil {
			changed = c.field(def, name, found) || changed
		}
	}
	c.leave()
	if c.broken != "" {
		return nil, false
	}
	c.note(outer)
	return c.assemble(def, found, c.text[start:c.pos], changed)
}

// field reads the member of an input object, and reports whether the object cannot stay as it is.
func (c *coercion) field(def *ast.Definition, name []byte, found []given) (changed bool) {
	for i, f := range def.Fields {
		if f.Name != string(name) {
			continue
		}
		unknown := c.errs
		c.errs = nil
		c.path = append(c.path, step{name: f.Name})
		json, changed := c.coerce(f.Type, c.api.Types[f.Type.Name()])
		c.path = c.path[:len(c.path)-1]
		changed = changed || found[i].present
		found[i] = given{present: true, json: json, errs: c.errs}
		c.errs = unknown
		return changed
	}
	if json := c.skip(); json != nil {
		c.invalid(json, `Field "%s" is not defined by type "%s".`, shorten(name), def.Name)
	}
	return false
}

// assemble checks the object as a whole, and writes it anew if a field changed or takes its default.
func (c *coercion) assemble(def *ast.Definition, found []given, raw []byte, changed bool) ([]byte, bool) {
	before := len(c.errs)
	for i, f := range def.Fields {
		g := &found[i]
		c.note(g.errs)
		if g.present {
			continue
		}
		if f.DefaultValue != nil {
			changed = true
		} else if f.Type.NonNull {
			c.invalid(raw, `Field "%s" of required type "%s" was not provided.`, f.Name, f.Type)
		}
	}
	if def.Directives.ForName("oneOf") != nil {
		c.oneOf(def, found, raw)
	}
	if !changed || len(c.errs) > before {
		return raw, false
	}
	out := append(make([]byte, 0, len(raw)+16), '{')
	fallback := defaults{api: c.api}
	for i, f := range def.Fields {
		if !found[i].present && f.DefaultValue == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), f.Name...), '"', ':')
		if found[i].present {
			out = append(out, found[i].json...)
		} else {
			out = fallback.appendDefault(out, f)
		}
	}
	return append(out, '}'), true
}

func (c *coercion) oneOf(def *ast.Definition, found []given, raw []byte) {
	count := 0
	for i, f := range def.Fields {
		if !found[i].present {
			continue
		}
		count++
		if string(found[i].json) == "null" {
			c.path = append(c.path, step{name: f.Name})
			c.invalid(found[i].json, `Field "%s" must be non-null.`, f.Name)
			c.path = c.path[:len(c.path)-1]
		}
	}
	if count != 1 {
		c.invalid(raw, `Exactly one key must be specified for OneOf type "%s".`, def.Name)
	}
}

// invalid notes what is wrong with the value that was read.
func (c *coercion) invalid(json []byte, format string, args ...any) {
	if len(c.errs) > maxVariableErrors {
		return
	}
	message := fmt.Sprintf(`Variable "$%s" got invalid value %s`, c.variable, shorten(json))
	if len(c.path) > 0 {
		message += fmt.Sprintf(` at "%s"`, c.where())
	}
	c.errs = append(c.errs, variableError(c.variable, message+"; "+fmt.Sprintf(format, args...)))
}

// note adds errors, as far as they will be reported.
func (c *coercion) note(errs Errors) {
	c.errs = append(c.errs, errs[:min(len(errs), max(0, maxVariableErrors+1-len(c.errs)))]...)
}

// where is the place as "variable.field[0]".
func (c *coercion) where() string {
	out := []byte(c.variable)
	for _, s := range c.path {
		if s.name != "" {
			out = append(append(out, '.'), s.name...)
		} else {
			out = append(strconv.AppendInt(append(out, '['), int64(s.index), 10), ']')
		}
	}
	return string(out)
}
