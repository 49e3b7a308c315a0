package mocks

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Injector makes the answers of real owners slow, broken or shorter where a request chooses so: what they answered is
// changed on its way back. It is for development; what is made up obeys its choice by itself.
type Injector struct {
	Graph *supergraph.Supergraph
	// Mocked are the subgraphs that are made up.
	Mocked *Names
	Next   executor.Fetcher
}

var _ executor.Streamer = (*Injector)(nil)

// Fetch implements executor.Fetcher.
func (i *Injector) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	request := FromContext(ctx)
	if request == nil || request.Choice == nil || i.Mocked.Has(r.Fetch.Subgraph) {
		return i.Next.Fetch(ctx, r)
	}
	c := request.Choice
	if c.Latency > 0 {
		if err := sleep(ctx, c.Latency); err != nil {
			return nil, err
		}
	}
	res, err := i.Next.Fetch(ctx, r)
	if err != nil || len(c.fields) == 0 || !i.concerns(r.Fetch.Selections, c) {
		return res, err
	}
	request.inject()
	return i.change(res, r.Fetch, c), nil
}

// Stream implements executor.Streamer: each event is changed as an answer is.
func (i *Injector) Stream(ctx context.Context, r *executor.Request, take func(*executor.Response) error) error {
	request := FromContext(ctx)
	if request == nil || request.Choice == nil || i.Mocked.Has(r.Fetch.Subgraph) {
		return executor.Stream(ctx, i.Next, r, take)
	}
	c := request.Choice
	concerned := len(c.fields) > 0 && i.concerns(r.Fetch.Selections, c)
	if concerned {
		request.inject()
	}
	return executor.Stream(ctx, i.Next, r, func(res *executor.Response) error {
		if c.Latency > 0 {
			if err := sleep(ctx, c.Latency); err != nil {
				return err
			}
		}
		if concerned {
			res = i.change(res, r.Fetch, c)
		}
		return take(res)
	})
}

// sleep waits, unless the request ends before.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(min(d, maxDelay))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// concerns reports whether something of the selections is chosen to be otherwise.
func (i *Injector) concerns(list []*queryplan.Selection, c *Choice) bool {
	for _, s := range list {
		if s.Field != "" && i.chosen(s.Parent, s.Field, c) != nil || i.concerns(s.Selections, c) {
			return true
		}
	}
	return false
}

// chosen is what is chosen for a field of the type, of one of its interfaces or of one of its members.
func (i *Injector) chosen(typ, field string, c *Choice) *rule {
	var out *rule
	for _, f := range c.fields {
		if f.field == field && (f.typ == typ || i.member(typ, f.typ) || i.member(f.typ, typ)) {
			out = out.over(f.rule)
		}
	}
	return out
}

func (i *Injector) member(typ, of string) bool {
	t := i.Graph.Type(of)
	if t == nil {
		return false
	}
	for _, m := range t.Members {
		if m == typ {
			return true
		}
	}
	return false
}

// change is the answer as it was chosen to be. One that cannot be read stays as it is, for the executor to complain.
func (i *Injector) change(res *executor.Response, f *queryplan.Fetch, c *Choice) *executor.Response {
	body, err := decode(res.Body)
	data, ok := body["data"].(map[string]any)
	if err != nil || !ok {
		return res
	}
	x := &injection{Injector: i, choice: c}
	if f.IsEntity() {
		list, _ := data["_entities"].([]any)
		for n, e := range list {
			x.begin(n)
			x.object(e, f.Selections)
		}
	} else {
		x.object(data, f.Selections)
	}
	for _, e := range x.errors {
		had, _ := body["errors"].([]any)
		body["errors"] = append(had, e)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return res // it was read from JSON
	}
	if res.Free != nil {
		res.Free()
	}
	return &executor.Response{Body: text, Header: res.Header}
}

// injection changes one answer.
type injection struct {
	*Injector
	choice *Choice
	failures
}

// object changes what is selected of an object, or of each in a list.
func (x *injection) object(v any, list []*queryplan.Selection) {
	switch v := v.(type) {
	case []any:
		for n, e := range v {
			x.element(n)
			x.object(e, list)
			x.pop()
		}
	case map[string]any:
		for _, s := range list {
			if s.Field == "" {
				x.object(v, s.Selections)
			} else if _, there := v[s.Name]; there {
				x.field(v, s)
			}
		}
	}
}

func (x *injection) field(o map[string]any, s *queryplan.Selection) {
	typ, known := o["__typename"].(string)
	if !known {
		typ = s.Parent
	}
	x.push(s.Name)
	defer x.pop()
	switch r := x.chosen(typ, s.Field, x.choice); {
	case r == nil:
	case r.err != nil:
		o[s.Name] = nil
		x.fail(r.err)
	case r.null:
		o[s.Name] = nil
	case r.valued:
		o[s.Name] = given(o[s.Name], r.value, s)
	case r.length != nil:
		o[s.Name] = x.shorter(o[s.Name], s, r.length.min)
	}
	x.object(o[s.Name], s.Selections)
}

// given is a value that was chosen instead of what was answered. Of objects it changes the fields that it names, of lists
// of them the first elements: there is no object more than were answered.
func given(answered, value any, s *queryplan.Selection) any {
	if len(s.Selections) == 0 || value == nil {
		return value
	}
	switch value := value.(type) {
	case []any:
		had, _ := answered.([]any)
		for n := range min(len(had), len(value)) {
			had[n] = given(had[n], value[n], s)
		}
	case map[string]any:
		had, _ := answered.(map[string]any)
		for _, beneath := range s.Selections {
			v, named := value[beneath.Field]
			if _, there := had[beneath.Name]; named && there {
				had[beneath.Name] = given(had[beneath.Name], v, beneath)
			}
		}
	}
	return answered
}

// shorter is a list, or a page of one, with no more than so many elements. None can be added to what is real.
func (x *injection) shorter(v any, s *queryplan.Selection, n int) any {
	switch v := v.(type) {
	case []any:
		return v[:min(n, len(v))]
	case map[string]any:
		t := x.Graph.Type(typeName(x.Graph, s))
		if t == nil {
			return v
		}
		lists := elements(x.Graph, t)
		w := window{to: n, total: n, size: n, page: 1, basis: 1}
		for _, beneath := range s.Selections {
			x.part(v, beneath, lists, &w)
		}
	}
	return v
}

// part shortens what is selected of a page.
func (x *injection) part(page map[string]any, s *queryplan.Selection, lists []*supergraph.Field, w *window) {
	for _, f := range lists {
		if list, ok := page[s.Name].([]any); ok && f.Name == s.Field {
			page[s.Name] = list[:min(w.total, len(list))]
			return
		}
	}
	if facts, ok := page[s.Name].(map[string]any); ok {
		for _, beneath := range s.Selections {
			x.part(facts, beneath, nil, w)
		}
		return
	}
	for _, name := range []string{"totalCount", "total", "count", "totalItems", "hasNextPage", "hasNext", "hasMore"} {
		if s.Field == name && page[s.Name] != nil {
			page[s.Name], _ = w.fact(name, func(n int) any { return n }, 1)
		}
	}
}

// typeName is the type that a selection returns.
func typeName(graph *supergraph.Supergraph, s *queryplan.Selection) string {
	if s.Type != nil {
		return s.Type.Name()
	}
	if t := graph.Type(s.Parent); t != nil && t.Field(s.Field) != nil {
		return t.Field(s.Field).Type.Name()
	}
	return ""
}
