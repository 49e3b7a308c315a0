package mocks_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/internal/scenario"
	"github.com/ficusgraph/ficus/mocks"
)

// owner answers as a real one does: it knows nothing of what requests choose.
type owner struct{ next executor.Fetcher }

func (o owner) Fetch(ctx context.Context, r *executor.Request) (*executor.Response, error) {
	return o.next.Fetch(mocks.NewContext(ctx, &mocks.Request{}), r)
}

// TestInjected asks the queries of each archive of owners whose answers may be changed.
func TestInjected(t *testing.T) {
	scenario.Each(t, "testdata/injected/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive {
		told := told(a)
		sg := composed(t, told.SDL)
		script, err := mocks.Read(sg, told)
		if err != nil {
			t.Fatal(err)
		}
		sources := table{}
		for _, g := range sg.Subgraphs {
			sources[g.Name] = owner{source(t, sg, g.Name, 1)}
		}
		snapshot, err := engine.NewSnapshot(sg, &mocks.Injector{Graph: sg, Next: sources}, engine.Config{Extensions: mocked})
		if err != nil {
			t.Fatal(err)
		}
		return scenario.With(a, func(section string) (string, bool) {
			name, ok := strings.CutSuffix(section, ".json")
			if !ok {
				return "", false
			}
			return answerOf(t, engine.New(snapshot, nil), sg, script, a, name), true
		})
	})
}

// raw answers with a text, or an error.
type raw struct {
	body  string
	err   error
	freed bool
}

func (r *raw) Fetch(context.Context, *executor.Request) (*executor.Response, error) {
	if r.err != nil {
		return nil, r.err
	}
	return &executor.Response{Body: []byte(r.body), Free: func() { r.freed = true }}, nil
}

// TestWhatCannotBeChangedStays as it is, for whoever reads it; what is changed gives its buffer back.
func TestWhatCannotBeChangedStays(t *testing.T) {
	sg := shop(t)
	f := fetchOf(t, sg, "shop", `{ ticket(id: 1) { subject body } }`)
	for _, test := range []struct {
		name, choice string
		next         *raw
		want         string
		freed        bool
	}{
		{"changed", "null=Ticket.body", &raw{body: `{"data":{"ticket":{"subject":"a","body":"b"}}}`}, `{"data":{"ticket":{"body":null,"subject":"a"}}}`, true},
		{"something else is chosen", "null=Ticket.seen", &raw{body: `{"data": {}}`}, `{"data": {}}`, false},
		{"no JSON", "null=Ticket.body", &raw{body: `<html>`}, `<html>`, false},
		{"no data", "null=Ticket.body", &raw{body: `{"errors":[]}`}, `{"errors":[]}`, false},
		{"not what was asked for", "null=Ticket.body", &raw{body: `{"data":{"ticket":[3]}}`}, `{"data":{"ticket":[3]}}`, true},
		{"no answer", "null=Ticket.body", &raw{err: errors.New("gone")}, "gone", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			choice, err := mocks.ParseChoice(test.choice)
			if err != nil {
				t.Fatal(err)
			}
			ctx := mocks.NewContext(t.Context(), &mocks.Request{Choice: choice})
			res, err := (&mocks.Injector{Graph: sg, Next: test.next}).Fetch(ctx, &executor.Request{Fetch: f})
			if err != nil && err.Error() != test.want || err == nil && string(res.Body) != test.want || test.next.freed != test.freed {
				t.Errorf("%v %v, freed %t", err, res, test.next.freed)
			}
		})
	}
}

func TestRealOwnersAreSlowWhereThatIsChosen(t *testing.T) {
	sg := shop(t)
	f := fetchOf(t, sg, "shop", `{ ticket(id: 1) { subject } }`)
	synctest.Test(t, func(t *testing.T) {
		i := &mocks.Injector{Graph: sg, Next: &raw{body: `{}`}}
		start := time.Now()
		ctx := mocks.NewContext(t.Context(), &mocks.Request{Choice: &mocks.Choice{Latency: time.Second}})
		if _, err := i.Fetch(ctx, &executor.Request{Fetch: f}); err != nil || time.Since(start) != time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		if _, err := i.Fetch(ctx, &executor.Request{Fetch: f}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}
