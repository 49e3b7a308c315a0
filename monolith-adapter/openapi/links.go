package openapi

import (
	"slices"
	"strings"
)

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
			if to := b.rename(o.name+"."+base, o.given+"."+base); to != "" {
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
