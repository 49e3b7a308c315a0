package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/operation"
)

// attempt is an operation that is run, and, if it may be, once more.
type attempt struct {
	*Snapshot
	prepared *operation.Prepared
	values   operation.Values
	request  *Request
	in       executor.Input
}

// run answers the operation. Where it is a query, and the new owner of what a label moves failed, the whole operation is
// asked once more with the label off, if Config.Fallback says so: part of it would be read from two owners.
func (a attempt) run(ctx context.Context, e *Engine, program *executor.Program, dst []byte) ([]byte, executor.Outcome, *Reply) {
	before := len(dst)
	dst, out, reply := a.Snapshot.run(ctx, program, a.in, dst)
	if out.Lost == nil || a.cfg.Fallback == nil || a.prepared.Kind() != ast.Query || ctx.Err() != nil {
		return dst, out, reply
	}
	off := a.cfg.Fallback(ctx, out.Lost)
	if len(off) == 0 {
		return dst, out, reply
	}
	again, err := a.without(ctx, off, e)
	if err != nil {
		return dst, out, reply
	}
	dst, second, reply := a.Snapshot.run(ctx, again.program, a.in, dst[:before])
	second.Fetches += out.Fetches
	return dst, second, reply
}

// without is the operation planned for the request's caller, with some labels off.
func (a attempt) without(ctx context.Context, off []string, e *Engine) (*use, error) {
	mask, err := a.prepared.Mask(a.values)
	if err != nil {
		return nil, err
	}
	d := decided{a.prepared, mask}
	who, err := a.callers.of(ctx, d, a.values, a.request)
	if err != nil {
		return nil, err
	}
	on := slices.DeleteFunc(strings.Split(who.labels, labelEnd), func(l string) bool { return slices.Contains(off, l) })
	who.labels = strings.Join(on, labelEnd)
	u, err := a.plan(ctx, variant{d, who}, a.request, &e.plans, e.observer)
	if err != nil {
		return nil, err
	}
	return u, u.err
}
