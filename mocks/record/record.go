// Package record turns the answers of a graph that runs into a scenario of the mock source.
//
// Each operation is sent with what the rules need to know of its objects: their types and their keys. The answer is
// read along the selections, and what it holds becomes rules:
//
//	field of a root type    ->  rule by coordinate and arguments                   value: what it refers to
//	field of an entity      ->  rule by coordinate, key and arguments              value: once, wherever it is met
//	any other object        ->  a part of the value of the field that leads to it
//	an error at a path      ->  error, without its message
//
// What is written is an allow-list: of coordinates that are to be kept the values stay as they are. Of all others only
// structure stays: null or not, lengths of lists, run-time types, Booleans, values of enums, counts of pages, texts that
// are empty. Identifiers become others of the same shape, each everywhere the same, so that lists and details agree; those
// that the operations themselves name stay. The rest is left out: the mock source makes it up.
package record

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks/response"
)

// Recorder records what Ask answers.
type Recorder struct {
	// Schema that clients see.
	Schema *ast.Schema
	// Graph says what keys types have; nil if only the schema is known, by which a type is known by id: ID!.
	Graph *supergraph.Supergraph
	// Keep names the coordinates whose values are kept, Hide those of which not even Booleans and enums are: patterns
	// such as Product.name, Product.* and *.currency.
	Keep, Hide []string
	// Ask sends an operation and returns the body of the answer.
	Ask func(context.Context, response.Request) ([]byte, error)
}

// Recording is a scenario that was recorded.
type Recording struct {
	// Text of the scenario's file.
	Text []byte
	// Rules is how many there are.
	Rules int
	// Warnings say what the scenario does not say.
	Warnings []string
}

// Record sends the operations and writes a scenario of that name. Equal answers give equal texts.
func (r *Recorder) Record(ctx context.Context, name string, list []response.Request) (*Recording, error) {
	keep, err := newKeeper(r.Schema, r.Keep, r.Hide)
	if err != nil {
		return nil, err
	}
	var answers []*answered
	var errs []error
	for _, request := range list {
		a, err := r.ask(ctx, request)
		if err != nil {
			errs = append(errs, fmt.Errorf("record %s: %w", request.Title(), err))
			continue
		}
		answers = append(answers, a)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	ids := newIdentifiers()
	for _, a := range answers {
		ids.said(a.op)
	}
	// Twice: what is kept somewhere is known only when all answers have been read.
	if err := r.rules(answers, keep, ids).read(); err != nil {
		return nil, err
	}
	ids.again()
	rules := r.rules(answers, keep, ids)
	if err := rules.read(); err != nil {
		return nil, err
	}
	text, err := rules.write(name, r.Keep)
	return &Recording{text, len(rules.sites), rules.warnings}, err
}

// answered is an operation, as it was sent, with its answer.
type answered struct {
	request response.Request
	op      *response.Operation
	data    *response.Value
	errors  []*failure
}

// ask sends one operation. What is no query is not sent: it would change something.
func (r *Recorder) ask(ctx context.Context, request response.Request) (*answered, error) {
	op, err := r.asking(request)
	if err != nil {
		return nil, err
	}
	sent := request
	sent.Query, sent.Operation = textOf(op.Document), op.Def.Name
	body, err := r.Ask(ctx, sent)
	if err != nil {
		return nil, err
	}
	verdict := op.Judge(body)
	if len(verdict.Faults) > 0 {
		return nil, fmt.Errorf("the answer does not fit the schema: %s", verdict.Faults[0])
	}
	whole, err := response.Parse(body)
	if err != nil {
		return nil, err
	}
	if whole.Get("data").IsNull() {
		return nil, fmt.Errorf("there is no data: %s", strings.Join(messages(whole.Get("errors")), "; "))
	}
	return &answered{request, op, whole.Get("data"), failuresIn(whole.Get("errors"))}, nil
}

// messages are those of an answer's errors: they are for whoever records, and are not written.
func messages(list *response.Value) []string {
	var out []string
	if list != nil {
		for _, e := range list.List {
			out = append(out, fmt.Sprint(e.Get("message").Plain()))
		}
	}
	return out
}
