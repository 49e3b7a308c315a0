package subgraph

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/uploads"
)

var (
	errNoService  = errors.New("files can only be sent to a service, and this field is answered by none")
	errNoMutation = errors.New("files can only be sent with the field of a mutation itself, not with a field beneath one")
)

// form is the request of a fetch with files, nil if it has none.
func form(ctx context.Context, r *executor.Request) (*uploads.Form, error) {
	s := uploads.FromContext(ctx)
	if !s.In(r.Variables) {
		return nil, nil
	}
	if r.Fetch.Kind != ast.Mutation {
		return nil, errNoMutation
	}
	return s.Form(r.Body, r.Variables)
}

// misplaced is what became of a fetch with a file that it cannot have.
func misplaced(subgraph string, err error) *executor.Error {
	return &executor.Error{Code: CodeMisplaced, Message: err.Error(), Err: fmt.Errorf("fetch %s: %w", subgraph, err)}
}

// formHeader is the header of a request with files.
func formHeader(base http.Header, out outgoing) http.Header {
	h := out.header
	if h == nil {
		h = maps.Clone(base)
	}
	delete(h, "Content-Encoding")
	h["Content-Type"] = []string{out.form.ContentType}
	// Services that guard themselves against what websites make browsers send ask for a header that forms cannot send.
	h["Apollo-Require-Preflight"] = []string{"true"}
	return h
}

// attachForm gives the request its body. What net/http still reads of it when the fetch has ended comes from files that
// are closed then, and has an end.
func attachForm(to *http.Request, form *uploads.Form) {
	to.ContentLength, to.Body = form.Length, form.Open()
	left := maxRepeats
	to.GetBody = func() (io.ReadCloser, error) {
		if left--; left < 0 {
			return nil, errRepeated
		}
		return form.Open(), nil
	}
}
