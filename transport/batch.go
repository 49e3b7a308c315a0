package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/ratelimit"
)

// Batching lets one request hold a list of operations, as Apollo Client's BatchHttpLink sends it. It is off by default:
// what bounds a request should bound its work.
type Batching struct {
	// Enabled is false by default.
	Enabled bool `yaml:"enabled"`
	// Mode is batch_http_link: a JSON list of requests, answered by a list in the same order. There is no other.
	Mode string `yaml:"mode"`
	// MaximumSize is how many operations a request may hold, 10 by default.
	MaximumSize int `yaml:"maximum_size"`
}

const modeBatchHTTPLink = "batch_http_link"

func (b Batching) validate() error {
	var errs []error
	if b.Mode != "" && b.Mode != modeBatchHTTPLink {
		errs = append(errs, fmt.Errorf("batching.mode: %q is not batch_http_link, which is the only one", b.Mode))
	}
	return errors.Join(append(errs, notNegative("batching.maximum_size", int64(b.MaximumSize)))...)
}

// isBatch reports whether a body is a list.
func isBatch(body []byte) bool {
	s := scanner{data: body}
	s.space()
	return s.peek() == '['
}

// scanBatch reads the JSON list of a POST in one pass. What is wrong with one of the operations is wrong with all.
func scanBatch(body []byte, most int) ([]params, *refusal) {
	if !utf8.Valid(body) {
		return nil, badRequest("the request is not valid UTF-8")
	}
	s := scanner{data: body}
	s.space()
	var out []params
	n := 0
	err := s.list(func() error {
		if n++; n > most {
			return s.skip() // how many there are is told
		}
		if s.peek() != '{' {
			return fmt.Errorf("operation %d is %s; send JSON objects with a \"query\"", n, kindOf(s.peek()))
		}
		var p params
		var seen [len(parameterNames)]bool
		if err := s.object(func(key []byte) error { return p.take(&s, key, &seen) }); err != nil {
			return fmt.Errorf("operation %d: %w", n, err)
		}
		out = append(out, p)
		return nil
	})
	if err == nil {
		err = s.end()
	}
	switch {
	case err != nil:
		return nil, badRequest("the batch is not valid: %s", err)
	case n > most:
		r := refusef(http.StatusUnprocessableEntity, CodeBatchTooLarge, "the batch has %d operations, and may have %d; send it in parts", n, most)
		r.excess = &excess{"batching.maximum_size", most, n}
		return nil, r
	case n == 0:
		return nil, badRequest("the batch is empty; send a list of JSON objects with a \"query\"")
	}
	return out, nil
}

// checkBatch refuses a batch for the first operation that has no text.
func checkBatch(list []params) *refusal {
	for i, p := range list {
		if refused := p.check(); refused != nil {
			refused.message = fmt.Sprintf("operation %d: %s", i+1, refused.message)
			return refused
		}
	}
	return nil
}

// batch answers a list of operations by the list of their answers. They are executed at one time, as Apollo Router does,
// each with a place of its own; the time, and what they may cost, are for all of them together.
func (s *Server) batch(w http.ResponseWriter, r *http.Request, c *call, m media) {
	list, refused := scanBatch(c.body, s.cfg.Batching.MaximumSize)
	if refused == nil && s.parts.Documents == nil {
		refused = checkBatch(list)
	}
	if c.refused = refused; refused != nil {
		return
	}
	c.batched = true
	ctx := s.context(w, r)
	if s.cfg.Dedupe {
		c.sharing = appendSharing(c.sharing[:0], r)
	}
	answers, replies := make([][]byte, len(list)), make([]*engine.Reply, len(list))
	var spent atomic.Int64
	var all sync.WaitGroup
	for i, p := range list {
		all.Go(func() {
			asked := engine.Request{OperationName: p.operationName, Variables: p.variables, Spent: &spent}
			if s.cfg.Dedupe {
				asked.Sharing = slices.Clip(c.sharing)
			}
			answers[i], replies[i] = s.one(ctx, w, r, p, &asked, c.start)
		})
	}
	all.Wait()
	c.out = append(c.out[:0], '[')
	c.out = append(append(c.out, bytes.Join(answers, []byte(","))...), ']')
	c.size, c.status, c.outcome = len(c.out), http.StatusOK, OutcomeOK
	visit := ratelimit.FromContext(ctx)
	visit.Headers(w.Header())
	visit.RetryAfter(w.Header())
	replyAll(w.Header(), replies)
	s.send(w, r, m, c.status, c.out)
}

// replyAll writes what goes back beside the answers of a batch: of each header what the first operation has that has some,
// the cookies of all, and that nobody may keep the answer.
func replyAll(to http.Header, replies []*engine.Reply) {
	for _, one := range replies {
		if one == nil {
			continue
		}
		for name, values := range one.Header {
			switch {
			case name == "Cache-Control":
				to[name] = []string{"no-store"}
			case name == "Set-Cookie" || to[name] == nil:
				to[name] = append(slices.Clip(to[name]), values...)
			}
		}
	}
}

// one is the answer to one operation of a batch. On a goroutine of ours nobody else could recover.
func (s *Server) one(ctx context.Context, w http.ResponseWriter, r *http.Request, p params, asked *engine.Request, start time.Time) (answer []byte, reply *engine.Reply) {
	var result engine.Outcome
	outcome := OutcomePanic
	defer func() {
		if v := recover(); v != nil {
			s.caught(ctx, requestID(w), v)
			answer, reply = []byte(internalBody), nil
		}
		s.parts.Observer.RequestDone(kindName(result.Kind), outcome, time.Since(start))
	}()
	var body []byte
	refused := s.parts.know(&p, r.Header)
	if refused == nil {
		asked.Query = p.query
		if asked.Sharing != nil {
			asked.Sharing = appendOperation(asked.Sharing, p)
		}
		body, result, refused = s.ask(ctx, asked, start, nil)
	}
	if result.Release != nil {
		body = slices.Clone(body)
		result.Release()
	}
	if refused != nil {
		if refused.excess != nil {
			s.passed(r, refused.excess, true)
		}
		outcome = OutcomeRefused
		return refused.body(), nil
	}
	outcome = outcomeName(result)
	return body, result.Reply
}
