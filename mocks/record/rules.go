package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks/response"
)

// site is what one rule is for, with what it says.
type site struct {
	typ, field     string
	operation      string
	key, arguments *node
	value          *node
	code           string
}

func (s *site) coordinate() string { return s.typ + "." + s.field }

// id is the same for rules that are for the same.
func (s *site) id() string {
	id := s.coordinate() + " " + s.operation
	for _, n := range []*node{s.key, s.arguments} {
		if id += " "; n != nil {
			id += n.text()
		}
	}
	return id
}

// rules gathers what answers say.
type rules struct {
	*Recorder
	answers  []*answered
	keep     *keeper
	ids      *identifiers
	sites    []*site
	byID     map[string]*site
	warnings []string
	// visits counts the objects without a key in which a field was met, and failed those in which it failed.
	visits, failed map[string]int
	codes          map[string]string
	failing        []string
}

func (r *Recorder) rules(answers []*answered, keep *keeper, ids *identifiers) *rules {
	return &rules{Recorder: r, answers: answers, keep: keep, ids: ids, byID: map[string]*site{}}
}

// read reads all answers.
func (r *rules) read() error {
	for _, a := range r.answers {
		r.visits, r.failed, r.codes, r.failing = map[string]int{}, map[string]int{}, map[string]string{}, nil
		w := &walk{rules: r, answered: a}
		w.fields(a.op.Root(), a.data, a.op.Fields(a.op.Root(), a.op.Def.SelectionSet), nil)
		r.failures(a)
		for _, f := range a.errors {
			if !f.met {
				r.warn("%s: an error at %s has no place in the data and is not recorded", a.request.Title(), f.where())
			}
			f.met = false
		}
	}
	for _, s := range r.sites {
		if s.value != nil && s.value.kind == lengthKind && s.value.length > maxLength {
			return fmt.Errorf("record %s: a list of %d is too long; ask for at most %d", s.coordinate(), s.value.length, maxLength)
		}
	}
	return nil
}

// maxLength bounds a list of a scenario.
const maxLength = 10_000

// failures writes the errors of objects that have no key: where the field failed in all of them.
func (r *rules) failures(a *answered) {
	for _, c := range r.failing {
		typ, field, _ := strings.Cut(c, ".")
		if r.failed[c] < r.visits[c] {
			r.warn("%s: %s failed in %d of %d objects, which have no key: it is null there, without an error", a.request.Title(), c, r.failed[c], r.visits[c])
			continue
		}
		r.say(&site{typ: typ, field: field, operation: a.op.Def.Name, code: r.codes[c]})
	}
}

func (r *rules) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.warnings, text) {
		r.warnings = append(r.warnings, text)
	}
}

// say adds a rule, or what it says to the rule that is there.
func (r *rules) say(s *site) {
	if s.value == nil && s.code == "" {
		return
	}
	if old := r.byID[s.id()]; old != nil {
		if old.code != s.code || old.value.contradicts(s.value) {
			r.warn("%s was answered in several ways for the same key and arguments; the first is recorded", s.coordinate())
		}
		if old.code == "" && s.code == "" {
			old.value = old.value.merged(s.value)
		}
		return
	}
	r.byID[s.id()] = s
	r.sites = append(r.sites, s)
}

// walk reads one answer.
type walk struct {
	*rules
	*answered
}

// identity is how rules find an object: its keys, with replaced values. An object without one has none.
type identity struct {
	typ  *ast.Definition
	keys []keyed
}

type keyed struct {
	fields supergraph.FieldSet
	value  *node
}

// identify reads the keys of an object.
func (w *walk) identify(t *ast.Definition, fields []*response.Field, v *response.Value) *identity {
	out := &identity{typ: t}
	for _, k := range w.keys(t) {
		if n := w.keyOf(t, k, fields, v); n != nil {
			out.keys = append(out.keys, keyed{k, n})
		}
	}
	if len(out.keys) == 0 {
		return nil
	}
	return out
}

// keyOf is a key with the values that it has; nil if one of them is not there.
func (w *walk) keyOf(t *ast.Definition, k supergraph.FieldSet, fields []*response.Field, v *response.Value) *node {
	out := &node{kind: objectKind}
	for _, item := range k {
		i := slices.IndexFunc(fields, func(f *response.Field) bool { return f.Name == item.Name && len(f.Arguments) == 0 })
		if i < 0 || v.Get(fields[i].Key).IsNull() {
			return nil
		}
		value, of := v.Get(fields[i].Key), w.Schema.Types[t.Fields.ForName(item.Name).Type.Name()]
		if len(item.Fields) == 0 {
			out.set(item.Name, w.identifier(t, item.Name, value))
			continue
		}
		nested := w.keyOf(of, item.Fields, w.op.Fields(of, fields[i].Sets...), value)
		if nested == nil {
			return nil
		}
		out.set(item.Name, nested)
	}
	return out
}

// reference is what a value says of an entity: all its keys, and its type where that is not plain.
func (w *walk) reference(id *identity, abstract bool) *node {
	out := &node{kind: objectKind}
	if abstract {
		out.set("__typename", &node{leaf: id.typ.Name})
	}
	for _, k := range id.keys {
		for _, f := range k.value.fields {
			out.set(f.name, f.node)
		}
	}
	return out
}

// enter is the keys by which rules for a field are to find its object: those of the subgraphs that resolve it.
func (w *walk) enter(id *identity, field string) []keyed {
	var of *supergraph.Type
	if w.Graph != nil {
		of = w.Graph.Type(id.typ.Name)
	}
	if of == nil || of.Field(field) == nil {
		return id.keys[:1]
	}
	var out []keyed
	for _, k := range id.keys {
		if slices.ContainsFunc(of.Field(field).In, func(in *supergraph.FieldIn) bool { return in != nil && !in.External }) && enters(of, field, k.fields) {
			out = append(out, k)
		}
	}
	if len(out) == 0 {
		return id.keys[:1]
	}
	return out
}

// enters reports whether a subgraph that resolves the field has the key, or none at all.
func enters(t *supergraph.Type, field string, key supergraph.FieldSet) bool {
	for i, in := range t.Field(field).In {
		if in == nil || in.External || i >= len(t.In) || t.In[i] == nil {
			continue
		}
		if slices.ContainsFunc(t.In[i].Keys, func(k *supergraph.Key) bool { return k.Fields.String() == key.String() }) {
			return true
		}
	}
	return false
}

// key is a part of a path.
func index(i int) string { return strconv.Itoa(i) }
