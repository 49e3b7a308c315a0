package executor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// rootFetches is a plan of root fetches that only depend on each other: fetch i answers f<i>.
func rootFetches(t testing.TB, dependsOn ...[]int) *queryplan.Plan {
	t.Helper()
	plan := &queryplan.Plan{Shape: &queryplan.Shape{Variants: []*queryplan.Variant{{}}}}
	for i, needs := range dependsOn {
		name := fmt.Sprintf("f%d", i)
		f := &queryplan.Fetch{ID: i, DependsOn: needs}
		if err := operation(f, "{ "+name+" }"); err != nil {
			t.Fatal(err)
		}
		plan.Fetches = append(plan.Fetches, f)
		plan.Shape.Variants[0].Fields = append(plan.Shape.Variants[0].Fields, &queryplan.Field{
			Key: name, Name: name, Type: &queryplan.Type{Named: "Int"}, Leaf: &queryplan.Leaf{Kind: queryplan.Int},
		})
	}
	return plan
}

// slow takes as many seconds for each fetch as it is told to, and logs when each starts and ends.
type slow struct {
	seconds []int
	fail    int
	mu      sync.Mutex
	began   time.Time
	log     []string
	opened  int
	freed   map[int]int
}

func (s *slow) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	id := r.Fetch.ID
	s.note("start", id)
	body := slices.Clone(r.Body)
	select {
	case <-time.After(time.Duration(s.seconds[id]) * time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if string(body) != string(r.Body) {
		return nil, errors.New("the body changed")
	}
	s.note("end", id)
	if id == s.fail {
		return nil, errors.New("failed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	return &executor.Response{Body: fmt.Appendf(nil, `{"data":{"f%d":%d}}`, id, id), Free: func() { s.freed[id]++ }}, nil
}

func (s *slow) note(what string, id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, fmt.Sprintf("%s %d at %v", what, id, time.Since(s.began)))
}

// A fetch starts when its own inputs are there, not when a wave has ended.
func TestFetchStartsWhenItsInputsAreThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := compile(t, rootFetches(t, nil, nil, []int{0}, []int{2}, []int{1, 3}))
		f := &slow{seconds: []int{1, 10, 2, 3, 1}, fail: 0, began: time.Now(), freed: map[int]int{}}
		text, out := p.Run(t.Context(), f, executor.Input{}, nil)
		slices.Sort(f.log)
		want := []string{
			"end 0 at 1s", "end 1 at 10s", "end 2 at 3s", "end 3 at 6s", "end 4 at 11s",
			"start 0 at 0s", "start 1 at 0s", "start 2 at 1s", "start 3 at 3s", "start 4 at 10s",
		}
		if !slices.Equal(f.log, want) {
			t.Errorf("have %v\nwant %v", f.log, want)
		}
		r := decodeResponse(t, text)
		if string(r.Data) != `{"f0":null,"f1":1,"f2":2,"f3":3,"f4":4}` || len(r.Errors) != 1 || out.Fetches != 5 {
			t.Errorf("have %s, %+v", text, out)
		}
	})
}

func TestCancelEndsAllFetches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := compile(t, rootFetches(t, nil, nil, []int{0}, []int{1}))
		f := &slow{seconds: []int{1, 10, 10, 10}, fail: -1, began: time.Now(), freed: map[int]int{}}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		text, _ := p.Run(ctx, f, executor.Input{}, nil)
		if took := time.Since(f.began); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
		r := decodeResponse(t, text)
		if string(r.Data) != `{"f0":0,"f1":null,"f2":null,"f3":null}` || len(r.Errors) != 3 {
			t.Errorf("have %s", text)
		}
		for _, e := range r.Errors {
			if e.Extensions["code"] != "GATEWAY_TIMEOUT" {
				t.Errorf("have %v", e)
			}
		}
		if f.opened != 1 || f.freed[0] != 1 || slices.ContainsFunc(f.log, func(s string) bool { return strings.HasPrefix(s, "start 3") }) {
			t.Errorf("%d answers, freed %v, %v", f.opened, f.freed, f.log)
		}
	})
}

type fetcherFunc func(context.Context, *executor.Request) (*executor.Response, error)

func (f fetcherFunc) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	return f(ctx, r)
}

// A fetcher may misbehave; the answer that comes with an error is given back like any other.
func TestFetcherMisbehaves(t *testing.T) {
	freed := 0
	for name, f := range map[string]fetcherFunc{
		"panics":  func(context.Context, *executor.Request) (*executor.Response, error) { panic("secret") },
		"nothing": func(context.Context, *executor.Request) (*executor.Response, error) { return nil, nil },
		"both": func(context.Context, *executor.Request) (*executor.Response, error) {
			return &executor.Response{Free: func() { freed++ }}, errors.New("secret")
		},
		"wrapped": func(context.Context, *executor.Request) (*executor.Response, error) {
			return nil, fmt.Errorf("secret: %w", &executor.Error{Code: "SUBREQUEST_HTTP_ERROR", Message: "No."})
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := compile(t, rootFetches(t, nil, nil))
			text, _ := p.Run(t.Context(), fetcherGuard{f}, executor.Input{}, nil)
			r := decodeResponse(t, text)
			if string(r.Data) != `{"f0":null,"f1":null}` || len(r.Errors) != 2 || strings.Contains(string(text), "secret") {
				t.Errorf("have %s", text)
			}
			if r.Errors[0].Extensions["code"] != "SUBREQUEST_HTTP_ERROR" {
				t.Errorf("have %s", text)
			}
		})
	}
	if freed != 2 {
		t.Errorf("freed %d answers of 2", freed)
	}
}

// fetcherGuard lets one fetch in at a time, so that fetchers can be plain functions.
type fetcherGuard struct{ fetcherFunc }

var guard sync.Mutex

func (g fetcherGuard) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	guard.Lock()
	defer guard.Unlock()
	return g.fetcherFunc(ctx, r)
}

type observed struct {
	mu   sync.Mutex
	seen []string
}

// fetchKey is under which a fetch's context has its number.
type fetchKey struct{}

func (o *observed) FetchBegins(ctx context.Context, r *executor.Request) context.Context {
	return context.WithValue(ctx, fetchKey{}, r.Fetch.ID)
}

func (o *observed) FetchDone(ctx context.Context, r *executor.Request, _ time.Duration, bytes int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, fmt.Sprintf("%d: %d bytes, failed: %v", r.Fetch.ID, bytes, err != nil))
	if ctx.Value(fetchKey{}) != r.Fetch.ID {
		o.seen = append(o.seen, fmt.Sprintf("ended in the context of %v", ctx.Value(fetchKey{})))
	}
}

func TestObserverSeesEachFetch(t *testing.T) {
	p := compile(t, rootFetches(t, nil, []int{0}, []int{1}))
	o := &observed{}
	f := newCanned([]string{`{"data":{"f0":1}}`, "error no", "<html>"})
	within := fetcherFunc(func(ctx context.Context, r *executor.Request) (*executor.Response, error) {
		if ctx.Value(fetchKey{}) != r.Fetch.ID {
			t.Errorf("fetch %d is made in the context of %v", r.Fetch.ID, ctx.Value(fetchKey{}))
		}
		return f.Fetch(ctx, r)
	})
	p.Run(t.Context(), within, executor.Input{Observer: o}, nil)
	want := []string{"0: 17 bytes, failed: false", "1: 0 bytes, failed: true", "2: 6 bytes, failed: true"}
	if !slices.Equal(o.seen, want) {
		t.Errorf("have %v", o.seen)
	}
}

func TestBodyIsGraphQLOverHTTP(t *testing.T) {
	plan := rootFetches(t, nil)
	plan.Fetches[0].Operation, plan.Fetches[0].OperationName = "query Q {\n\tf0(x: \"é\\\"\u0001\") }", "Q"
	plan.Fetches[0].Variables = []*queryplan.Variable{{Name: "a"}, {Name: "b"}}
	in := executor.Input{
		Variables:  []executor.Variable{{Name: "b", JSON: []byte(`{"c":1}`)}},
		Extensions: []byte(`{"e":true}`),
	}
	compile(t, plan).Run(t.Context(), fetcherFunc(func(_ context.Context, r *executor.Request) (*executor.Response, error) {
		var body struct {
			Query, OperationName  string
			Variables, Extensions json.RawMessage
		}
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Errorf("%v: %s", err, r.Body)
		}
		if body.Query != plan.Fetches[0].Operation || body.OperationName != "Q" || string(body.Variables) != `{"b":{"c":1}}` ||
			string(body.Extensions) != `{"e":true}` || string(r.Variables) != string(body.Variables) {
			t.Errorf("have %s and %s", r.Body, r.Variables)
		}
		return nil, nil
	}), in, nil)
}

// One program serves many requests at once.
func TestProgramIsShared(t *testing.T) {
	p := compile(t, load(t, "testdata/bench/reviews.txtar").plan)
	shop := &shop{users: 6, products: 5, perProduct: []int{4, 4, 1, 2}}
	want, _ := p.Run(t.Context(), shop, executor.Input{}, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if got, _ := p.Run(t.Context(), shop, executor.Input{}, []byte("x")); string(got[1:]) != string(want) {
					t.Error("another answer")
				}
			}
		})
	}
	wg.Wait()
}

func TestCompileRefusesContradictions(t *testing.T) {
	scenario := func() *queryplan.Plan { return parse(t, txtar.Parse([]byte(garbageScenario)).Files).plan }
	for name, spoil := range map[string]func(*queryplan.Plan){
		"no shape":            func(p *queryplan.Plan) { p.Shape = nil },
		"wrong ID":            func(p *queryplan.Plan) { p.Fetches[1].ID = 2 },
		"depends on a later":  func(p *queryplan.Plan) { p.Fetches[0].DependsOn = []int{1} },
		"path starts in list": func(p *queryplan.Plan) { p.Fetches[2].Path = queryplan.Path{{Name: "@"}} },
		"variants untyped":    func(p *queryplan.Plan) { p.Shape.Variants = nil },
		"field without type":  func(p *queryplan.Plan) { p.Shape.Variants[0].Fields[1].Type = nil },
		"field without name":  func(p *queryplan.Plan) { p.Shape.Variants[0].Fields[1].Name = "" },
	} {
		plan := scenario()
		spoil(plan)
		if _, err := executor.Compile(plan); err == nil {
			t.Errorf("%s: compiled", name)
		}
	}
	if _, err := executor.Compile(nil); err == nil {
		t.Error("nil compiled")
	}
}
