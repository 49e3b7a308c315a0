package openapi

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxBatch is how many are asked for at once where the description does not say how many may be.
const maxBatch = 50

// entities proposes keys: what can be read by parameters of its path that are members of what is answered.
func (b *builder) entities() {
	byPath := slices.Clone(b.fields)
	slices.SortStableFunc(byPath, func(x, y *field) int {
		return cmp.Or(cmp.Compare(len(x.op.path), len(y.op.path)), cmp.Compare(x.op.path, y.op.path))
	})
	for _, f := range byPath {
		o := f.typ.object
		if f.mutation || o == nil || len(o.key) > 0 || f.connect.body != "" {
			continue
		}
		found := b.keyOf(f, o)
		if len(found) == 0 {
			continue
		}
		o.key = found
		if b.batch(o) {
			continue
		}
		if len(found) == len(f.args) {
			f.entity = true
			continue
		}
		c := *f.connect
		c.path = replaceArgs(c.path, f, found, "$this.")
		c.query, c.notes = nil, nil
		if len(c.headers) > 0 {
			c.headers = slices.DeleteFunc(slices.Clone(c.headers), func(h [2]string) bool { return strings.Contains(h[1], "$args.") })
		}
		o.connects = append(o.connects, &c)
	}
}

// keyOf are the members that the path's parameters stand for, in their order; none if one stands for none, or if
// anything else must be known.
func (b *builder) keyOf(f *field, o *object) []*member {
	var args []*argument
	for _, a := range f.args {
		switch {
		case a.param != nil && a.param.In == "path":
			args = append(args, a)
		case a.typ.nonNull:
			return nil
		}
	}
	if len(args) == 0 || !strings.HasSuffix(f.op.path, "}") {
		return nil
	}
	var found []*member
	for i, a := range args {
		m := b.keyMember(o, a, i == len(args)-1)
		if m == nil || slices.Contains(found, m) {
			return nil
		}
		found = append(found, m)
	}
	for i, m := range found {
		a, enum := args[i], m.typ.enum
		if enum != nil || a.typ.enum != nil {
			return nil
		}
		name := m.typ.name
		m.typ, m.optional = &typ{name: name, nonNull: true}, false
		b.renameArg(f, a, m.name)
		a.typ = &typ{name: name, nonNull: true}
	}
	return found
}

// keyMember is the member of the parameter's name; for the last of the path it may be the id.
func (b *builder) keyMember(o *object, a *argument, last bool) *member {
	scalar := func(m *member) bool {
		return m != nil && m.link == nil && m.typ.list == nil && m.typ.object == nil && m.typ.name != "JSON" && m.typ.name != "Boolean" && m.typ.name != "Float"
	}
	if m := o.member(a.name); scalar(m) {
		return m
	}
	lower := strings.ToLower(a.name)
	if !last || lower != "id" && lower != strings.ToLower(o.name)+"id" && !strings.HasSuffix(a.name, "Id") && !strings.EqualFold(a.name, o.name) {
		return nil
	}
	if m := o.member("id"); scalar(m) {
		return m
	}
	return nil
}

// renameArg gives an argument the name of the member that it stands for.
func (b *builder) renameArg(f *field, a *argument, name string) {
	if a.name == name || slices.ContainsFunc(f.args, func(o *argument) bool { return o.name == name }) {
		return
	}
	f.connect.path = strings.ReplaceAll(f.connect.path, "{$args."+a.name+"}", "{$args."+name+"}")
	a.name = name
}

func replaceArgs(path string, f *field, key []*member, variable string) string {
	for _, m := range key {
		for _, a := range f.args {
			if a.name == m.name {
				path = strings.ReplaceAll(path, "{$args."+a.name+"}", "{"+variable+m.name+"}")
			}
		}
	}
	return path
}

// batch proposes an operation that answers several entities by their keys.
func (b *builder) batch(o *object) bool {
	if len(o.key) != 1 {
		return false
	}
	for _, f := range b.fields {
		within, ok := listOf(f, o)
		if !ok || strings.Contains(f.op.path, "{") {
			continue
		}
		c := &connect{method: f.op.method, path: f.op.path, batch: maxBatch, typ: &typ{list: &typ{object: o}}, within: within}
		k := o.key[0].name
		if !b.batchByQuery(f, o, c, k) && !b.batchByBody(f, o, c, k) {
			continue
		}
		c.notes = []string{fmt.Sprintf("Proposed: %s %s is taken to answer as many as it is asked for, in any order.", f.op.method, f.op.path)}
		o.connects = append(o.connects, c)
		return true
	}
	return false
}

// listOf is the path to the list of such objects in the field's answer.
func listOf(f *field, o *object) (within []string, ok bool) {
	if f.typ.list != nil && f.typ.list.object == o {
		return f.within, true
	}
	if f.typ.object == nil {
		return nil, false
	}
	for _, m := range f.typ.object.members {
		if m.typ.list != nil && m.typ.list.object == o {
			if ok {
				return nil, false
			}
			within, ok = append(slices.Clone(f.within), m.property), true
		}
	}
	return within, ok
}

// keysName reports whether a parameter of that name takes several keys.
func keysName(name string, o *object, key string) bool {
	name = memberName(name)
	keys := plural(key)
	return name == keys || name == memberName(o.name)+pascal(words(keys)) || name == strings.ToLower(o.name[:1])+o.name[1:]+typeName(keys) || name == key+"In"
}

func (b *builder) batchByQuery(f *field, o *object, c *connect, key string) bool {
	if f.mutation || f.connect.body != "" {
		return false
	}
	for _, a := range f.args {
		if a.param == nil || a.param.In != "query" || !keysName(a.param.Name, o, key) {
			if a.typ.nonNull {
				return false
			}
			continue
		}
		if s := a.param.Schema; s != nil && s.Value != nil && s.Value.MaxItems != nil {
			c.batch = int(min(*s.Value.MaxItems, 1000))
		}
		value := "$batch." + key
		if a.typ.list == nil || a.param.Explode != nil && !*a.param.Explode {
			value += `->joinNotNull(",")`
		}
		c.query = []string{queryKey(a.param.Name) + ": " + value}
	}
	return len(c.query) == 1
}

func queryKey(name string) string { return key(name) }

// searches are the last words of addresses that read although they are posted to.
var searches = []string{"search", "query", "batch", "bulk", "lookup", "batchget", "mget", "find"}

func (b *builder) batchByBody(f *field, o *object, c *connect, key string) bool {
	list := words(f.op.path)
	if f.op.method != http.MethodPost || len(list) == 0 || len(f.connect.headers) > 0 {
		return false
	}
	if !slices.Contains(searches, strings.ToLower(list[len(list)-1])) && !strings.HasSuffix(f.op.path, "batchGet") {
		return false
	}
	for _, a := range f.args {
		if !a.body || a.typ.object == nil {
			if a.typ.nonNull {
				return false
			}
			continue
		}
		for _, m := range a.typ.object.members {
			switch {
			case m.typ.list != nil && m.typ.list.object == nil && keysName(m.property, o, key):
				c.body = queryKey(m.property) + ": $batch." + key
			case m.typ.nonNull:
				return false
			}
		}
	}
	return c.body != ""
}

// links adds, beside numbers of entities, the entities: userId has user.
func (b *builder) links() {
	byName := map[string]*object{}
	for _, o := range b.objects {
		if len(o.key) == 1 && o.key[0].name == "id" && (o.key[0].typ.name == "ID") {
			byName[o.name] = o
		}
	}
	for _, o := range b.objects {
		for i := 0; i < len(o.members); i++ {
			m := o.members[i]
			base, isKey := strings.CutSuffix(m.name, "Id")
			if !isKey || base == "" || m.typ.name != "ID" || m.typ.list != nil || m.link != nil || slices.Contains(o.key, m) {
				continue
			}
			target := b.target(byName, base)
			if target == nil || o.member(base) != nil {
				continue
			}
			link := &member{name: base, link: m, optional: m.optional, place: m.place, typ: &typ{object: target}, description: ""}
			if to := b.rename(o.name + "." + base); to != "" {
				link.name = to
			}
			o.members = slices.Insert(o.members, i+1, link)
			i++
		}
	}
}

// target is the entity that a name ends with: createdByUser is a User.
func (b *builder) target(byName map[string]*object, base string) *object {
	list := words(base)
	for i := range list {
		if o := byName[pascal(list[i:])]; o != nil {
			return o
		}
		if o := byName[typeName(camel(list[i:]))]; o != nil {
			return o
		}
	}
	return nil
}
