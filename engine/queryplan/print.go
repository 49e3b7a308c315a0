package queryplan

import (
	"slices"
	"strings"
)

// String is the plan in Apollo's notation, with the fetches arranged as nested sequences and parallels as far
// as their dependencies allow.
func (p *Plan) String() string {
	w := &printer{plan: p}
	w.line("QueryPlan {")
	if len(p.Fetches) > 0 {
		all := make([]int, len(p.Fetches))
		for i := range all {
			all[i] = i
		}
		w.indented(func() { w.nodes(all) })
	}
	w.line("}")
	return w.b.String()
}

type printer struct {
	plan  *Plan
	b     strings.Builder
	depth int
}

func (w *printer) line(text string) {
	w.b.WriteString(strings.Repeat("  ", w.depth))
	w.b.WriteString(text)
	w.b.WriteByte('\n')
}

func (w *printer) indented(body func()) {
	w.depth++
	body()
	w.depth--
}

// nodes prints fetches: those that have nothing to do with each other in parallel, each such part in sequence.
func (w *printer) nodes(ids []int) {
	parts := w.parts(ids)
	if len(parts) == 1 {
		w.part(parts[0])
		return
	}
	w.line("Parallel {")
	w.indented(func() {
		for _, p := range parts {
			w.part(p)
		}
	})
	w.line("}")
}

// part prints connected fetches: those that wait for none of the others, then the rest.
func (w *printer) part(ids []int) {
	var first, rest []int
	for _, id := range ids {
		if slices.ContainsFunc(w.plan.Fetches[id].DependsOn, func(d int) bool { return slices.Contains(ids, d) }) {
			rest = append(rest, id)
		} else {
			first = append(first, id)
		}
	}
	if len(ids) == 1 {
		w.fetch(w.plan.Fetches[ids[0]])
		return
	}
	w.line("Sequence {")
	w.indented(func() {
		w.nodes(first)
		for len(rest) > 0 {
			rest = w.step(rest)
		}
	})
	w.line("}")
}

// step prints the next node of a sequence and returns what remains. Connected fetches that start with one are
// continued in the same sequence, not in one within it.
func (w *printer) step(ids []int) []int {
	parts := w.parts(ids)
	if len(parts) > 1 {
		w.nodes(ids)
		return nil
	}
	var first, rest []int
	for _, id := range ids {
		if slices.ContainsFunc(w.plan.Fetches[id].DependsOn, func(d int) bool { return slices.Contains(ids, d) }) {
			rest = append(rest, id)
		} else {
			first = append(first, id)
		}
	}
	w.nodes(first)
	return rest
}

// parts divides fetches into those connected by dependencies, in order.
func (w *printer) parts(ids []int) [][]int {
	part := make(map[int]int, len(ids)) // fetch -> the first of its part
	for _, id := range ids {
		part[id] = id
	}
	for _, id := range ids {
		for _, d := range w.plan.Fetches[id].DependsOn {
			from, ok := part[d]
			if !ok {
				continue
			}
			to := part[id]
			lo, hi := min(from, to), max(from, to)
			for _, x := range ids {
				if part[x] == hi {
					part[x] = lo
				}
			}
		}
	}
	var out [][]int
	index := map[int]int{}
	for _, id := range ids {
		i, ok := index[part[id]]
		if !ok {
			i = len(out)
			index[part[id]] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], id)
	}
	return out
}

func (w *printer) fetch(f *Fetch) {
	if len(f.Path) == 0 {
		w.body(f)
		return
	}
	paths := `path: "` + f.Path.String() + `"`
	if len(f.Also) > 0 {
		paths = `paths: ["` + f.Path.String()
		for _, p := range f.Also {
			paths += `", "` + p.Path.String()
		}
		paths += `"]`
	}
	w.line("Flatten(" + paths + ") {")
	w.indented(func() { w.body(f) })
	w.line("}")
}

func (w *printer) body(f *Fetch) {
	w.line(`Fetch(service: "` + f.Subgraph + `") {`)
	w.indented(func() {
		if f.IsEntity() {
			w.line("{")
			w.indented(func() {
				for _, r := range f.Representations {
					w.representation(r)
				}
				w.contextual(f)
			})
			w.others(f)
			w.line("} =>")
		}
		w.line("{")
		w.indented(func() { w.selections(f.Selections) })
		w.line("}")
	})
	w.line("}")
}

// others prints what is sent of the objects of further paths, where that is something else.
func (w *printer) others(f *Fetch) {
	for _, t := range f.Also {
		if t.Representations == nil {
			continue
		}
		w.line(`} and of "` + t.Path.String() + `" {`)
		w.indented(func() {
			for _, r := range t.Representations {
				w.representation(r)
			}
		})
	}
}

// representation prints what is sent, under the types of the objects that it is read from.
func (w *printer) representation(r *Representation) {
	on := strings.Join(r.Types, "|")
	if on == "" {
		on = r.Typename
	}
	typename := Typename
	if r.Typename != "" && r.Typename != on {
		typename += `: "` + r.Typename + `"`
	}
	w.line("... on " + on + " {")
	w.indented(func() {
		w.line(typename)
		w.inputs(r.Fields)
	})
	w.line("}")
}

// contextual prints the variables that are filled from ancestors, with the paths to these.
func (w *printer) contextual(f *Fetch) {
	if f.Contextual == nil {
		return
	}
	for _, v := range f.Contextual.Variables {
		for _, s := range v.Sources {
			w.line("$" + v.Name + ` from "` + f.Path[:s.Steps].String() + `" {`)
			w.indented(func() { w.inputs(s.Fields) })
			w.line("}")
		}
	}
}

func (w *printer) inputs(list []*Input) {
	for _, in := range list {
		text := in.Name
		if in.From != in.Name {
			text += ": " + in.From
		}
		if len(in.On) > 0 {
			text = "... on " + strings.Join(in.On, "|") + " { " + text + " }"
		}
		if len(in.Fields) == 0 {
			w.line(text)
			continue
		}
		w.line(text + " {")
		w.indented(func() { w.inputs(in.Fields) })
		w.line("}")
	}
}

func (w *printer) selections(list []*Selection) {
	for _, s := range list {
		text := "... on " + s.On
		if s.On == "" {
			text = s.Field + arguments(s.Arguments)
			if s.Name != s.Field {
				text = s.Name + ": " + text
			}
		}
		if len(s.Selections) == 0 {
			w.line(text)
			continue
		}
		w.line(text + " {")
		w.indented(func() { w.selections(s.Selections) })
		w.line("}")
	}
}

func arguments(list []*Argument) string {
	if len(list) == 0 {
		return ""
	}
	parts := make([]string, len(list))
	for i, a := range list {
		parts[i] = a.Name + ": " + a.Value.String()
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// String is the path with dots, a type condition as name|[Type,Other].
func (p Path) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		parts[i] = s.Name
		if len(s.Types) > 0 {
			parts[i] += "|[" + strings.Join(s.Types, ",") + "]"
		}
	}
	return strings.Join(parts, ".")
}
