package executor

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"time"
)

// run is one request on its way. All but the fetching itself happens under its lock: whoever ends a fetch
// reads the answer, merges it, and starts what became ready.
type run struct {
	program *Program
	ctx     context.Context
	fetcher Fetcher
	in      Input
	seed    maphash.Seed
	workers sync.WaitGroup
	writer  completer
	// operation is what fetchers keep in the run.
	operation Operation

	mu      sync.Mutex
	store   store
	fetches []fetchState
	// ready are fetches that may start and that nobody has taken.
	ready []int
	sent  int
	// lost are the labels whose new side failed.
	lost []string
}

// fetchState is a fetch in one run.
type fetchState struct {
	request  Request
	response *Response
	body     []byte
	// waits counts the fetches that must still end.
	waits int
	// rows are the objects to extend, target by target, and reps, for each, which representation it has. ends
	// says how many rows there are up to the end of each target.
	rows, reps []uint32
	ends       []int
	distinct   distinct
	// copies of the entities, where there are several targets, and takes, for each row, the one that it gets.
	copies copies
	takes  []uint32
	// contexts are the values from above of the objects, if the fetch takes any.
	contexts *contexts
	// missingKey and nullEntity are the problems of objects without a key, and of unknown ones, at the target
	// that is being looked at; 0 if none.
	missingKey, nullEntity uint32
}

// begin takes a run from the pool.
func (p *Program) begin(ctx context.Context, f Fetcher, in Input) *run {
	r, ok := p.runs.Get().(*run)
	if !ok {
		r = &run{program: p, fetches: make([]fetchState, len(p.fetches)), seed: maphash.MakeSeed()}
	}
	r.ctx, r.fetcher, r.in = ctx, f, in
	r.sent, r.lost = 0, nil
	r.store.begin(p.root, len(p.fetches), p.cells.size())
	return r
}

// keepCells and keepBytes are how much memory of a run is kept for the next one; a run that took more was an
// exception, and what it took is not held.
const (
	keepCells = 1 << 19
	keepBytes = 4 << 20
)

// end frees the answers, to which nothing refers any longer, and gives the run back.
func (p *Program) end(r *run) {
	p.cells.saw(len(r.store.cells))
	held := 0
	for i := range r.fetches {
		s := &r.fetches[i]
		if s.response != nil && s.response.Free != nil {
			s.response.Free()
		}
		s.response, s.request = nil, Request{}
		r.store.docs[i] = nil
		held += cap(s.body) + 8*cap(s.rows) + 4*cap(s.takes) + 4*cap(s.distinct.table) + 24*cap(s.distinct.spans) + s.copies.held() + s.contexts.held()
	}
	r.ctx, r.fetcher, r.in = nil, nil, Input{}
	r.operation.end()
	held += r.store.held() + r.writer.held()
	if cap(r.store.cells) <= keepCells && held <= keepBytes {
		p.runs.Put(r)
	}
}

// fetchAll makes all fetches, the first on this goroutine, and waits for them.
func (r *run) fetchAll() {
	r.mu.Lock()
	for i := range r.program.fetches {
		r.fetches[i].waits = r.program.fetches[i].needs
	}
	r.ready = r.ready[:0]
	for i := range r.program.fetches {
		if r.program.fetches[i].needs == 0 {
			r.prepare(i)
		}
	}
	first := r.take()
	r.mu.Unlock()
	r.work(first)
	r.workers.Wait()
}

// take returns one ready fetch, -1 if there is none, and starts a worker for each other.
func (r *run) take() int {
	if len(r.ready) == 0 {
		return -1
	}
	first := r.ready[0]
	for _, id := range r.ready[1:] {
		r.workers.Go(func() { r.work(id) })
	}
	r.ready = r.ready[:0]
	return first
}

// work makes a fetch, and then of those that became ready by it the first, until there is none.
func (r *run) work(id int) {
	for id >= 0 {
		ctx, request := r.ctx, &r.fetches[id].request
		var began time.Time
		if r.in.Observer != nil {
			began = time.Now()
			ctx = r.in.Observer.FetchBegins(ctx, request)
		}
		response, err := r.fetch(ctx, request)
		var took time.Duration
		if r.in.Observer != nil {
			took = time.Since(began)
		}

		r.mu.Lock()
		size := 0
		if response != nil {
			size = len(response.Body)
		}
		err = r.settle(id, response, err)
		next := r.take()
		r.mu.Unlock()

		if r.in.Observer != nil {
			r.in.Observer.FetchDone(ctx, request, took, size, err)
		}
		id = next
	}
}

var errNoAnswer = errors.New("fetcher gave neither an answer nor an error")

// fetch asks the fetcher. One that panics has failed: on a goroutine of ours nobody else could recover.
func (r *run) fetch(ctx context.Context, request *Request) (response *Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("fetcher panicked: %v", p)
		}
	}()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	response, err = r.fetcher.Fetch(ctx, request)
	if response == nil && err == nil {
		err = errNoAnswer
	}
	return response, err
}

// prepare makes a fetch ready. One without objects to extend has ended before it began.
func (r *run) prepare(id int) {
	p, s := &r.program.fetches[id], &r.fetches[id]
	s.rows, s.reps, s.ends, s.takes = s.rows[:0], s.reps[:0], s.ends[:0], s.takes[:0]
	s.distinct.reset()
	s.copies.reset()
	if p.contextual != nil {
		r.prepareContextual(id)
		return
	}
	body, start, variables := p.open(s.body[:0], &r.in)
	if p.entities() {
		for i := range p.targets {
			body = r.represent(p, s, i, body)
		}
		if len(s.rows) == 0 {
			s.body = body
			r.ended(id)
			return
		}
		body = append(body, ']')
	} else {
		s.rows = r.store.collect(s.rows, p.targets[0].steps)
		s.ends = append(s.ends, len(s.rows))
		if len(s.rows) == 0 {
			s.body = body
			r.ended(id)
			return
		}
	}
	r.submit(id, body, start, variables)
}

// submit ends the body of a request and makes the fetch ready. Its variables, if there are any, begin at start.
func (r *run) submit(id int, body []byte, start int, variables bool) {
	p, s := &r.program.fetches[id], &r.fetches[id]
	end := start
	if variables {
		body = append(body, '}')
		end = len(body)
	}
	s.body = appendExtensions(body, r.in.Extensions)
	s.request = Request{
		Fetch: p.plan, Operation: &r.operation, Body: s.body, Variables: noVariables, Representations: len(s.distinct.spans), Expect: p.expect.size(),
	}
	if variables {
		s.request.Variables = s.body[start:end:end]
	}
	r.sent++
	r.ready = append(r.ready, id)
}

// represent collects the objects of a target and writes their representations, equal ones once in the fetch.
func (r *run) represent(p *fetchProgram, s *fetchState, number int, body []byte) []byte {
	t := &p.targets[number]
	s.missingKey, s.nullEntity = 0, 0
	before := len(s.rows)
	rows := r.store.collect(s.rows, t.steps)
	s.rows = rows[:before]
	for _, row := range rows[before:] {
		rep := t.representations.forType(r.store.typeOf(row))
		if rep == nil {
			continue
		}
		start := len(body)
		if len(s.distinct.spans) > 0 {
			body = append(body, ',')
		}
		from := len(body)
		var ok bool
		if body, ok = rep.append(body, &r.store, row); !ok {
			body = body[:start]
			r.noteMissingKey(t, s, row)
			continue
		}
		index, isNew := s.distinct.add(r.seed, body, from)
		if !isNew {
			body = body[:start]
		}
		s.rows = append(s.rows, row)
		s.reps = append(s.reps, index)
		if len(p.targets) > 1 {
			s.takes = append(s.takes, s.copies.add(index, uint32(number)))
		}
	}
	s.ends = append(s.ends, len(s.rows))
	return body
}

// settle takes the answer of a fetch into the store and lets go what waited for it. A panic here would be a
// bug of ours: it costs a fetch, not the process.
func (r *run) settle(id int, response *Response, err error) (result error) {
	p, s := &r.program.fetches[id], &r.fetches[id]
	s.response = response
	defer func() {
		if p := recover(); p != nil {
			result = fmt.Errorf("reading the answer panicked: %v", p)
		}
	}()
	if err != nil {
		r.noteFailure(p, s, err)
	} else {
		p.expect.saw(len(response.Body))
		err = r.absorb(p, s, response.Body)
	}
	r.noteLost(p, s, err)
	r.ended(id)
	return err
}

// ended counts a fetch off for those that wait for it.
func (r *run) ended(id int) {
	for _, next := range r.program.fetches[id].feeds {
		if r.fetches[next].waits--; r.fetches[next].waits == 0 {
			r.prepare(next)
		}
	}
}
