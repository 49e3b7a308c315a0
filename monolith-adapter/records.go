package monolith

import (
	"maps"
	"slices"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// batchCall is a call for a batch of entities, whose answer other fetches of the operation use for those that they want
// too: the people who own sites, and who deployed them, are mostly the same. It is complete once done is closed; if
// there is neither an answer nor a failure then, the call was given up.
type batchCall struct {
	done     chan struct{}
	sent     *outgoing
	received *received
	failed   *failed
}

// asked are representations that one call is for.
type asked struct {
	call *batchCall
	reps []*representation
}

// divide divides representations into those that are left to be asked for, and those that others of the operation ask
// for, or have asked for. A call that is given is from now on the one for those that are left.
func (r *run) divide(reps []*representation, call *batchCall) (own []*representation, others []asked) {
	if !r.repeatable {
		return reps, nil
	}
	r.operation.mu.Lock()
	defer r.operation.mu.Unlock()
	calls := r.operation.callsOf(r.Connector)
	var key []byte
	for _, rep := range reps {
		var ok bool
		key, ok = r.keys.appendKey(key[:0], rep.value)
		other := calls[string(key)]
		if !ok || other == nil {
			if own = append(own, rep); ok && call != nil {
				calls[string(key)] = call
			}
			continue
		}
		i := slices.IndexFunc(others, func(a asked) bool { return a.call == other })
		if i < 0 {
			i = len(others)
			others = append(others, asked{call: other})
		}
		others[i].reps = append(others[i].reps, rep)
	}
	return own, others
}

// callsOf are a connector's calls by the entities' keys. It is for those who hold the lock.
func (o *operationState) callsOf(c *Connector) map[string]*batchCall {
	if o.batches == nil {
		o.batches = map[*Connector]map[string]*batchCall{}
	}
	if o.batches[c] == nil {
		o.batches[c] = map[string]*batchCall{}
	}
	return o.batches[c]
}

// release forgets a call: nobody is to wait for it from now on, or to use its answer.
func (o *operationState) release(c *Connector, call *batchCall) {
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.batches[c], func(_ string, other *batchCall) bool { return other == call })
}

// reuse answers representations from the call of another fetch, once it has ended.
func (r *run) reuse(a asked, selection *mapping.Selection, fields []*queryplan.Selection) {
	select {
	case <-a.call.done:
	case <-r.ctx.Done():
		r.fail(a.reps, unsent(r.ctx.Err()))
		return
	}
	if a.call.received == nil && a.call.failed == nil {
		r.batches(a.reps, fields)
		return
	}
	x := r.exchange(mapping.Variables{})
	x.told.URL, x.told.sent, x.told.Shared = a.call.sent.url, a.call.sent, true
	f := a.call.failed
	if f == nil {
		var m mapped
		if m, f = x.list(x.mapped(a.call.received, selection)); f == nil {
			r.match(x, a.reps, m, fields)
		}
	}
	if f != nil {
		r.fail(a.reps, f)
	}
	x.done(f)
}

// fail is a failure as the answer to representations.
func (r *run) fail(reps []*representation, f *failed) {
	for _, rep := range reps {
		rep.answer = r.nothing(f, nil)
	}
}
