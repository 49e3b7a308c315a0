// Package otlp sends traces to a collector, in OpenTelemetry's protocol.
//
//	Take    trace -> spans as protobuf, behind those that wait          on the request's goroutine, a copy
//	        batches of so many spans, bounded together                  what does not fit is counted and dropped
//	send    batch -> HTTP or gRPC, again where that may help             one goroutine, without a request waiting
//
// The encoder writes protobuf by hand: a span is some twenty fields, and this costs a tenth of what making messages
// and marshalling them does. Nothing of a trace is kept. What waits is bounded, so a collector that is away costs
// spans and nothing else; the log says so once a minute.
package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/telemetry/trace"
)

// Config says where spans go.
type Config struct {
	Collector Collector
	Batches   Batches
	// Resource says who reports, and Version which.
	Resource []trace.Attribute
	Version  string
	Logger   *slog.Logger
	// Reported is told how many spans the collector took, and how many were dropped. It may be nil.
	Reported func(taken, dropped int)
}

// Batches bounds what is sent at a time and what waits.
type Batches struct {
	// Delay is how long a span waits for others at most.
	Delay time.Duration
	// Size is how many spans are sent at a time, Queue how many wait at most.
	Size, Queue int
	// Timeout is how long sending a batch may take, with all attempts.
	Timeout time.Duration
}

// Exporter sends spans. Its methods may be called from many goroutines.
type Exporter struct {
	cfg      Config
	resource resource
	client   client
	encoders sync.Pool

	mu sync.Mutex
	// full are the batches that wait, filling the one that does not have all its spans yet.
	full    []batch
	filling batch
	free    []batch
	// waiting counts the spans of all and bytes their bytes, dropped those that did not fit since it was last told.
	waiting, bytes, dropped int
	closed                  bool

	wake chan struct{}
	// stop is closed when nothing more is taken, and done when all was sent.
	stop, done chan struct{}
	cut        context.CancelFunc
	complaint  complaint
}

// batch is some spans, each as a field of ScopeSpans.
type batch struct {
	spans []byte
	count int
}

// errFull is why spans are lost where the collector takes them, but not fast enough.
var errFull = errors.New("more spans than batch_processor.max_queue_size wait to be sent, or one request has too many")

var _ trace.Sink = (*Exporter)(nil)

// New begins to send; Close ends that.
func New(cfg Config) (*Exporter, error) {
	c, err := newClient(cfg.Collector)
	if err != nil {
		return nil, err
	}
	ctx, cut := context.WithCancel(context.Background())
	e := &Exporter{
		cfg: cfg, resource: newResource(cfg.Resource, cfg.Version), client: c,
		wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}), cut: cut,
		complaint: complaint{log: cfg.Logger},
	}
	go e.run(ctx)
	return e, nil
}

// Take implements trace.Sink.
func (e *Exporter) Take(t *trace.Trace) {
	enc, ok := e.encoders.Get().(*encoder)
	if !ok {
		enc = &encoder{}
	}
	enc.trace(t)
	e.add(enc, t.Lost())
	if cap(enc.spans) <= 1<<20 {
		e.encoders.Put(enc)
	}
}

// maxBatch bounds the bytes of a batch: spans with long texts make smaller ones. maxWaiting bounds all that waits.
const (
	maxBatch   = 2 << 20
	maxWaiting = 32 << 20
)

// add puts the spans of a trace behind those that wait, all of them or none.
func (e *Exporter) add(enc *encoder, lost int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dropped += lost
	if e.closed || e.waiting > 0 && (e.waiting+enc.count > e.cfg.Batches.Queue || e.bytes+len(enc.spans) > maxWaiting) {
		e.dropped += enc.count
		return
	}
	if e.filling.count > 0 && (e.filling.count+enc.count > e.cfg.Batches.Size || len(e.filling.spans)+len(enc.spans) > maxBatch) {
		e.finish()
	}
	if e.filling.spans == nil && len(e.free) > 0 {
		e.filling = e.free[len(e.free)-1]
		e.free = e.free[:len(e.free)-1]
	}
	e.filling.spans = append(e.filling.spans, enc.spans...)
	e.filling.count += enc.count
	e.waiting, e.bytes = e.waiting+enc.count, e.bytes+len(enc.spans)
	if e.filling.count >= e.cfg.Batches.Size {
		e.finish()
	}
}

// finish has the batch that is being filled sent as it is.
func (e *Exporter) finish() {
	e.full = append(e.full, e.filling)
	e.filling = batch{}
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// next is the batch to send next; also the one that is not full, if all is wanted.
func (e *Exporter) next(all bool) (b batch, ok bool, dropped int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	dropped, e.dropped = e.dropped, 0
	switch {
	case len(e.full) > 0:
		b = e.full[0]
		e.full = append(e.full[:0], e.full[1:]...)
	case all && e.filling.count > 0:
		b, e.filling = e.filling, batch{}
	default:
		return batch{}, false, dropped
	}
	return b, true, dropped
}

// sent counts a batch off and keeps its buffer.
func (e *Exporter) sent(b batch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting, e.bytes = e.waiting-b.count, e.bytes-len(b.spans)
	if len(e.free) < 2 && cap(b.spans) <= maxBatch {
		e.free = append(e.free, batch{spans: b.spans[:0]})
	}
}

// run sends until it is stopped, and then what is left.
func (e *Exporter) run(ctx context.Context) {
	defer close(e.done)
	ticks := time.NewTicker(e.cfg.Batches.Delay)
	defer ticks.Stop()
	var request []byte
	for {
		all, last := false, false
		select {
		case <-e.wake:
		case <-ticks.C:
			all = true
		case <-e.stop:
			all, last = true, true
		}
		for {
			b, ok, dropped := e.next(all)
			if dropped > 0 {
				e.complaint.about(errFull, dropped)
				e.report(0, dropped)
			}
			if !ok {
				break
			}
			request = e.resource.request(request[:0], b.spans)
			e.send(ctx, request, b.count)
			e.sent(b)
		}
		if last {
			return
		}
	}
}

// send sends a batch, and reports what became of it.
func (e *Exporter) send(ctx context.Context, request []byte, count int) {
	refused, err := e.attempt(ctx, request)
	if err != nil {
		e.complaint.about(err, count)
		e.report(0, count)
		return
	}
	e.complaint.over()
	if refused = min(refused, count); refused > 0 {
		e.complaint.about(fmt.Errorf("the collector refused %d spans of a batch", refused), refused)
	}
	e.report(count-refused, refused)
}

func (e *Exporter) report(taken, dropped int) {
	if e.cfg.Reported != nil && taken+dropped > 0 {
		e.cfg.Reported(taken, dropped)
	}
}

// Close sends what waits, for as long as the context lets it, and takes nothing more.
func (e *Exporter) Close(ctx context.Context) error {
	e.mu.Lock()
	first := !e.closed
	e.closed = true
	e.mu.Unlock()
	if first {
		close(e.stop)
	}
	defer e.client.close()
	select {
	case <-e.done:
		return nil
	case <-ctx.Done():
		e.cut()
		<-e.done
		return fmt.Errorf("send the last traces: %w", ctx.Err())
	}
}
