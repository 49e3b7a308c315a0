package engine

import (
	"encoding/json"
	"errors"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/planner"
)

// Codes of requests that are refused by the engine itself, in extensions.code. Those of parsing, validation
// and variables are operation's.
const (
	CodeMutationForbidden = "MUTATION_FORBIDDEN"
	CodeSubscription      = "SUBSCRIPTION_NEEDS_STREAM"
	CodeIntrospection     = "INTROSPECTION_DISABLED"
	CodePlanning          = "QUERY_PLANNING_FAILED"
	CodeBudget            = "QUERY_PLANNING_BUDGET_EXCEEDED"
)

// refuse appends a response that has errors and no data.
func refuse(dst []byte, out Outcome, list operation.Errors) ([]byte, Outcome) {
	out.Refused, out.Errors, out.Code = true, len(list), list[0].Code
	text, err := json.Marshal(struct {
		Errors operation.Errors `json:"errors"`
	}{list})
	if err != nil {
		text = []byte(`{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`)
	}
	return append(dst, text...), out
}

// Refusal is an error that a client is told with the code and the message, as from Responses.Begin.
func Refusal(code, message string) error { return &operation.Error{Code: code, Message: message} }

// Code is that of a request which is refused for the error, empty for none.
func Code(err error) string {
	if err == nil {
		return ""
	}
	return refusals(err)[0].Code
}

// refusals is the error as the client gets it. What comes from neither the client's document nor its
// variables is a failure to plan, whose text names coordinates of the graph and nothing internal.
func refusals(err error) operation.Errors {
	var list operation.Errors
	if errors.As(err, &list) && len(list) > 0 {
		return list
	}
	var one *operation.Error
	if errors.As(err, &one) {
		return operation.Errors{one}
	}
	if errors.Is(err, planner.ErrBudget) {
		return operation.Errors{{Code: CodeBudget, Message: err.Error()}}
	}
	return operation.Errors{{Code: CodePlanning, Message: err.Error()}}
}
