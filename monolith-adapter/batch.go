package monolith

import (
	"errors"
	"maps"
	"strconv"

	"github.com/ficusgraph/ficus/engine/queryplan"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// defaultBatch is how many representations go into one call where the schema does not say.
const defaultBatch = 100

// maxURL is how long the URL of a call for several may be: servers and proxies refuse lines of more than 8 kB.
const maxURL = 8000

// chunked is work that is done in chunks, each from one index up to another.
type chunked struct {
	// do makes the call for a chunk. Parts is more than 1 if it must be that many calls, and was none.
	do func(from, to int) (parts int, f *failed)
	// fail is told of chunks that failed.
	fail func(from, to int, f *failed)
}

// chunks does the work in chunks of a size. One that fails leaves the others as they are.
func (r *run) chunks(from, to, size int, w chunked) {
	if size == 0 {
		size = defaultBatch
	}
	bounds := func(i int) (int, int) { return from + i*size, min(from+(i+1)*size, to) }
	r.each((to-from+size-1)/size, func(i int) {
		a, b := bounds(i)
		switch parts, f := w.do(a, b); {
		case parts > 1:
			r.chunks(a, b, (b-a+parts-1)/parts, w)
		case f != nil:
			w.fail(a, b, f)
		}
	}, func(i int, f *failed) {
		a, b := bounds(i)
		w.fail(a, b, f)
	})
}

// batches resolves many representations by a call for each chunk, but those that the operation has asked for already.
func (r *run) batches(distinct []*representation, fields []*queryplan.Selection) {
	selection := r.selection.Trim(r.wanted(fields, r.keys.wanted()))
	distinct, others := r.divide(distinct, nil)
	r.chunks(0, len(distinct), r.maxBatch, chunked{
		do:   func(from, to int) (int, *failed) { return r.batch(distinct[from:to], selection, fields), nil },
		fail: func(from, to int, f *failed) { r.fail(distinct[from:to], f) },
	})
	r.each(len(others), func(i int) { r.reuse(others[i], selection, fields) }, func(i int, f *failed) { r.fail(others[i].reps, f) })
}

// batch resolves one chunk, unless its URL is so long that it must be several parts. What another fetch has asked for
// in the meantime is waited for when its own call has ended, so that no two wait for each other.
func (r *run) batch(chunk []*representation, selection *mapping.Selection, fields []*queryplan.Selection) (parts int) {
	call := &batchCall{done: make(chan struct{})}
	own, others := r.divide(chunk, call)
	if len(own) > 0 {
		parts, f := r.askFor(own, call, selection, fields)
		if parts > 1 {
			return parts
		}
		if f != nil {
			r.fail(own, f)
		}
	}
	for _, a := range others {
		r.reuse(a, selection, fields)
	}
	return 1
}

// askFor makes the call for representations, and completes it for others.
func (r *run) askFor(reps []*representation, call *batchCall, selection *mapping.Selection, fields []*queryplan.Selection) (parts int, f *failed) {
	defer func() {
		if call.received == nil && call.failed == nil || r.operation.full() {
			r.operation.release(r.Connector, call)
		}
		close(call.done)
	}()
	inputs := make([]mapping.Value, len(reps))
	for i, rep := range reps {
		inputs[i] = rep.value
	}
	x, parts, f := r.ask(inputs, nil)
	if parts > 1 || f != nil {
		return parts, f
	}
	m, f := x.list(x.perform(selection))
	if call.sent, call.received = x.out, x.told.received; call.received == nil {
		call.failed = f
	}
	if f == nil {
		r.match(x, reps, m, fields)
	}
	x.done(f)
	return 1, f
}

// ask prepares a call for many, unless its URL is so long that it must be several.
func (r *run) ask(batch []mapping.Value, own mapping.Variables) (x *exchange, parts int, f *failed) {
	vars := mapping.Variables{"batch": mapping.ListValue(batch)}
	maps.Copy(vars, own)
	x, f = r.prepare(vars)
	switch {
	case f != nil:
		x.done(f)
	case len(batch) > 1 && len(x.out.url) > maxURL:
		return nil, (len(x.out.url) + maxURL - 1) / maxURL, nil
	}
	return x, 1, f
}

// list is for a selection that must give a list, or null for none.
func (x *exchange) list(m mapped, f *failed) (mapped, *failed) {
	if f != nil || m.value.Kind() == mapping.List || m.value.IsNull() {
		return m, f
	}
	if x.lenient {
		return mapped{}, nil
	}
	f = unexpected("A list", m.value)
	f.cause = errNotAList
	return m, f
}

// match gives each representation the element of the answer that has its key, in whatever order they come. Of
// several the last counts; where there is none the answer is null, which is told but no error: the application
// may have no such record.
func (r *run) match(x *exchange, chunk []*representation, m mapped, fields []*queryplan.Selection) {
	v := m.value
	found := make(map[string]int, v.Len())
	var key []byte
	for i := range v.Len() {
		text, ok := r.keys.appendKey(key[:0], v.At(i))
		if key = text; !ok {
			continue
		}
		if _, twice := found[string(text)]; twice {
			x.tell("the answer has several elements of one key, of which the last counts", strconv.Itoa(i))
		}
		found[string(text)] = i
	}
	w := writer{run: r}
	for i, rep := range chunk {
		w.rep, w.lost, w.from = rep.value, nil, ""
		text, ok := r.keys.appendKey(key[:0], rep.value)
		at, there := found[string(text)]
		if key = text; !ok || !there {
			x.tell("the answer has no element for it", "$batch."+strconv.Itoa(i))
			rep.answer = r.writeEntity(&w, mapping.NullValue(), fields)
			continue
		}
		w.lost, w.from = m.lost, strconv.Itoa(at)
		rep.answer = r.writeEntity(&w, v.At(at), fields)
	}
}

// tell adds a problem of a whole answer; of the same one only the first keeps its path.
func (x *exchange) tell(message, path string) {
	for i := range x.e.problems {
		if p := &x.e.problems[i]; p.Message == message {
			p.Count++
			return
		}
	}
	x.e.problems = append(x.e.problems, mapping.Problem{Message: message, Path: path, Count: 1})
}

// errNotAList is the cause, for operators, of an answer that is no list.
var errNotAList = errors.New("a selection for $batch must give a list")
