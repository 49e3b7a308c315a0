package facade

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"

	"github.com/ficusgraph/ficus/rollout"
)

// headerShadow marks requests that are only compared; nobody waits for their answers.
const headerShadow = "Ficus-Shadow"

// shadow asks the other side too, after the answer, within a budget of its own.
type shadow struct {
	f       *Facade
	cfg     Shadow
	percent rollout.Percent
	places  chan struct{}
	running sync.WaitGroup
	ctx     context.Context //nolint:containedctx // of all that it does, until it ends
	end     context.CancelFunc
	compare comparer
}

// newShadow is nil where nothing is to be compared.
func newShadow(f *Facade) *shadow {
	if f.cfg.Shadow.Percent == 0 {
		return nil
	}
	s := &shadow{
		f: f, cfg: f.cfg.Shadow, percent: rollout.PercentOf(f.cfg.Shadow.Percent), places: make(chan struct{}, f.cfg.Shadow.Concurrency),
		compare: newComparer(f.cfg.Shadow),
	}
	s.ctx, s.end = context.WithCancel(context.Background())
	return s
}

// seen is what there was of the main answer, as far as it is compared. A nil one sees nothing.
type seen struct {
	max     int
	request *http.Request
	answer
}

// sample is where the answer is kept for the comparison, nil if the request is not to be compared: it must read only, of a path
// that moves, and must ask for the whole of it.
func (s *shadow) sample(x *exchange) *seen {
	r := x.r
	if s == nil || x.route.Migration == nil || r.Method != http.MethodGet && r.Method != http.MethodHead || x.body != nil || isUpgrade(r.Header) {
		return nil
	}
	if !rollout.Sampled(x.route.Migration.Name+"/shadow", x.id, s.percent) {
		return nil
	}
	for _, name := range []string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "Range", headerShadow} {
		if r.Header.Get(name) != "" {
			s.count(x, "conditional")
			return nil
		}
	}
	return &seen{max: s.cfg.MaxBytes}
}

// begin takes the header of the main answer, and what was sent for it.
func (s *seen) begin(res *http.Response) {
	if s != nil {
		s.request = res.Request
		s.status, s.header = res.StatusCode, res.Header.Clone()
	}
}

// take takes a part of the main answer's body.
func (s *seen) take(p []byte) {
	if s == nil || s.over {
		return
	}
	if len(s.body)+len(p) > s.max {
		s.over, s.body = true, nil
		return
	}
	s.body = append(s.body, p...)
}

func (s *shadow) count(x *exchange, result string) {
	s.f.parts.Metrics.FacadeCompared(x.route.Migration.Name, result)
}

// ask asks the other side, if there is room for that, and compares.
func (s *shadow) ask(x *exchange) {
	if s == nil || x.seen == nil || x.seen.request == nil {
		return
	}
	m := x.route.Migration
	other := s.f.backends[m.To]
	if x.side.New {
		other = s.f.backends[m.From]
	}
	switch {
	case x.seen.over:
		s.count(x, "too large")
		return
	case x.seen.status >= http.StatusInternalServerError:
		s.count(x, "failed")
		return
	case s.ctx.Err() != nil:
		return
	}
	select {
	case s.places <- struct{}{}:
	default:
		s.count(x, "no room")
		return
	}
	if !other.spare() {
		<-s.places
		s.count(x, "strained")
		return
	}
	main, request, id := x.seen.answer, x.seen.request, x.id
	s.running.Go(func() {
		defer func() { <-s.places }()
		defer other.leave()
		s.done(m, x.side.New, request, id, main, s.send(other, request, m))
	})
}

// send asks a back end as the main request was asked.
func (s *shadow) send(to *backend, like *http.Request, m *rollout.Migration) answer {
	ctx, cancel := context.WithTimeout(s.ctx, s.cfg.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, like.Method, "http://unknown/", nil)
	if err != nil {
		return answer{err: err}
	}
	t := to.pick(nil)
	at := *like.URL
	at.Scheme, at.Host = t.url.Scheme, t.url.Host
	r.URL, r.Header, r.Host = &at, like.Header.Clone(), like.Host
	if to.cfg.Host != "" && to.cfg.Host != "keep" {
		r.Host = to.cfg.Host
		if to.cfg.Host == "rewrite" {
			r.Host = t.url.Host
		}
	}
	r.Header.Set(headerShadow, m.Name)
	r.Header.Add("Baggage", "ficus-shadow="+m.Name)
	res, err := t.transport.Load().RoundTrip(r)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	var body bytes.Buffer
	n, err := io.Copy(&body, io.LimitReader(res.Body, int64(s.cfg.MaxBytes)+1))
	return answer{status: res.StatusCode, header: res.Header, body: body.Bytes(), err: err, over: n > int64(s.cfg.MaxBytes)}
}

// done compares both answers and tells what came of it.
func (s *shadow) done(m *rollout.Migration, mainNew bool, r *http.Request, id string, main, other answer) {
	c := Comparison{Migration: m.Name, Method: r.Method, Path: r.URL.EscapedPath(), RequestID: id}
	before, after := main, other
	if mainNew {
		before, after = other, main
	}
	c.Old, c.New = before.status, after.status
	switch {
	case s.ctx.Err() != nil:
		return
	case other.err != nil:
		c.Result = "unanswered"
	case other.over:
		c.Result = "too large"
	default:
		c.Result, c.Differences = s.compare.answers(before, after)
	}
	s.f.parts.Metrics.FacadeCompared(m.Name, c.Result)
	if s.f.parts.Compared != nil {
		s.f.parts.Compared(c)
	}
}

// close ends what is under way.
func (s *shadow) close() {
	if s != nil {
		s.end()
		s.running.Wait()
	}
}
