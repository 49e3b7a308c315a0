// Package fuzz runs saved operations over the states in which pages break, and says which of them break the client, the
// gateway, or the contract between the two.
//
//	operation  ->  states: empty, one, many, longest, nulls, errors, slow     the whole answer
//	                       null, error, [] and [x], each enum value           one field each
//	state      ->  a request with the header Ficus-Mock  ->  its answer, judged by the schema, then by the client
//
// What the whole graph is asked for comes first; of the states of single fields as many as the budget leaves, chosen by
// the seed, the same ones every time.
package fuzz

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/mocks/response"
)

// Answer is what came back for a request.
type Answer struct {
	Status int
	Body   []byte
}

// Fuzzer runs operations over states.
type Fuzzer struct {
	// Schema that clients see.
	Schema *ast.Schema
	// Send sends a request under a choice of the mock source, the value of the header Ficus-Mock.
	Send func(ctx context.Context, r response.Request, choice string) (*Answer, error)
	// Client, if set, is given each answer; its error says why the client cannot bear it.
	Client func(ctx context.Context, r response.Request, choice string, body []byte) error
	// Budget is how many states of each operation are looked at.
	Budget int
	// Seed chooses which ones, if there are more.
	Seed int64
	// Limit is how long an answer may take that is not asked to be slow.
	Limit time.Duration
	// Mutations are sent too. Where not all is mocked they change something.
	Mutations bool
	// Mocked says that all of the graph is made up, so that each field is to do what it is told.
	Mocked bool
}

// Result is what became of one operation in one state.
type Result struct {
	State
	Took time.Duration `json:"-"`
	// Faults say what broke; none if nothing did.
	Faults []string `json:"faults,omitempty"`
	// Skipped says why the state was not looked at.
	Skipped string `json:"skipped,omitempty"`
}

// Ran is one operation with its results.
type Ran struct {
	response.Request
	Results []Result
	// Left is how many more states there are, beyond the budget.
	Left int
}

// ErrDeaf says that the gateway does not let requests choose.
var ErrDeaf = errors.New("the gateway does not heed the header Ficus-Mock: set mocks.per_request, or use ficus dev or ficus mock serve")

// Run looks at all operations in all their states.
func (f *Fuzzer) Run(ctx context.Context, list []response.Request) (Report, error) {
	var out Report
	var errs []error
	for _, r := range list {
		op, err := f.read(&r)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.Title(), err))
			continue
		}
		if op.Def.Operation == ast.Subscription || op.Def.Operation == ast.Mutation && !f.Mutations {
			out = append(out, Ran{Request: r, Results: []Result{{State: plain, Skipped: "it is a " + string(op.Def.Operation)}}})
			continue
		}
		out = append(out, f.planned(op, r))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(list) > 0 {
		if err := f.probe(ctx, list[0]); err != nil {
			return nil, err
		}
	}
	for i := range out {
		if err := f.run(ctx, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// read reads an operation, with variables made up where it needs some that are not given.
func (f *Fuzzer) read(r *response.Request) (*response.Operation, error) {
	variables, err := Complete(f.Schema, r.Query, r.Operation, r.Variables)
	if err != nil {
		return nil, err
	}
	r.Variables = variables
	return response.Read(f.Schema, r.Query, r.Operation, variables)
}

// planned is the operation with the states in which it is to be looked at.
func (f *Fuzzer) planned(op *response.Operation, r response.Request) Ran {
	all := states(op, uint64(f.Seed))
	out := Ran{Request: r}
	if f.Budget > 0 && len(all) > f.Budget {
		all, out.Left = all[:f.Budget], len(all)-f.Budget
	}
	for _, s := range all {
		out.Results = append(out.Results, Result{State: s})
	}
	return out
}

// probe finds out whether choices are heeded: one that cannot be parsed is refused where they are.
func (f *Fuzzer) probe(ctx context.Context, r response.Request) error {
	answer, err := f.Send(ctx, r, "probe")
	if err != nil {
		return err
	}
	if answer.Status != http.StatusBadRequest || !bytes.Contains(answer.Body, []byte(mocks.CodeChoice)) {
		return ErrDeaf
	}
	return nil
}

func (f *Fuzzer) run(ctx context.Context, ran *Ran) error {
	op, err := response.Read(f.Schema, ran.Query, ran.Operation, ran.Variables)
	if err != nil {
		return err
	}
	for i := range ran.Results {
		if err := ctx.Err(); err != nil {
			return err
		}
		if one := &ran.Results[i]; one.Skipped == "" {
			f.look(ctx, op, ran.Request, one)
		}
	}
	return nil
}

// look sends one request and judges its answer.
func (f *Fuzzer) look(ctx context.Context, op *response.Operation, r response.Request, into *Result) {
	began := time.Now()
	answer, err := f.Send(ctx, r, into.Choice)
	into.Took = time.Since(began)
	if err != nil {
		into.fault("there is no answer: %v", err)
		return
	}
	verdict := op.Judge(answer.Body)
	switch {
	case answer.Status == http.StatusBadRequest && slices.Contains(verdict.Codes, mocks.CodeChoice):
		into.Skipped = "the gateway has no such state"
		return
	case slices.Contains(verdict.Codes, mocks.CodeTooLarge):
		into.Skipped = "the answer would have too many objects"
		return
	case answer.Status != http.StatusOK:
		into.fault("the status is %d", answer.Status)
	}
	for _, fault := range verdict.Faults {
		into.fault("%s", fault)
	}
	f.codes(verdict, into)
	if f.Mocked {
		told(verdict, into)
	}
	if f.Limit > 0 && into.Took > f.Limit && !into.slow {
		into.fault("the answer took %s; it may take %s", into.Took.Round(time.Millisecond), f.Limit)
	}
	if f.Client != nil {
		if err := f.Client(ctx, r, into.Choice, answer.Body); err != nil {
			into.fault("the client: %v", err)
		}
	}
}

func (r *Result) fault(format string, args ...any) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

// keyMissing is the code of objects of which the rest cannot be asked for, as their keys are null: that follows where a
// single field is null or fails, which may be a key.
const keyMissing = "ENTITY_KEY_MISSING"

// codes says which errors there are that nobody asked for.
func (f *Fuzzer) codes(v *response.Verdict, into *Result) {
	var found []string
	for _, code := range v.Codes {
		if code != into.code && (code != keyMissing || !into.field) {
			found = append(found, code)
		}
	}
	if slices.Sort(found); len(found) > 0 {
		into.fault("there are errors that nobody asked for: %s", strings.Join(slices.Compact(found), ", "))
	}
}

// told says where a field did not do what it was told to.
func told(v *response.Verdict, into *Result) {
	for _, value := range v.Seen[into.coordinate] {
		switch {
		case into.code != "" && !value.IsNull():
			into.fault("%s was told to fail, and has a value", into.coordinate)
			return
		case into.code != "" && len(v.Codes) == 0:
			into.fault("%s failed, and no error says so", into.coordinate)
			return
		case into.value != "" && value.Plain() != into.value:
			into.fault("%s was told to be %s, and is %v", into.coordinate, into.value, value.Plain())
			return
		}
	}
}
