package facade

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/telemetry"
)

// exchange is one request and its answer: what the proxy writes goes through it, and it takes note of how it ends.
type exchange struct {
	http.ResponseWriter
	f       *Facade
	r       *http.Request
	control *http.ResponseController
	start   time.Time
	id      string
	// route, side and to are where the request goes.
	route *Route
	side  rollout.Side
	// decision is that of the side, told whether the answer says it.
	decision *rollout.Decision
	told     bool
	to       *backend
	// cancel ends the sending, with the reason.
	cancel context.CancelCauseFunc
	body   *requestBody
	// connect and service are how long the connection took, and the answer from then on, in nanoseconds.
	connect, service atomic.Int64
	resent           int
	bytes            int64
	status           int
	seen             *seen
	tunnel           *tunnel
	finished         atomic.Bool
	ctx              context.Context //nolint:containedctx // of the sending, for the reason of its end

	mu    sync.Mutex
	code  Code
	cause error
}

type exchangeKey struct{}

func newExchange(f *Facade, w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{ResponseWriter: w, f: f, r: r, control: http.NewResponseController(w), start: f.parts.Now(), id: w.Header().Get(headerRequestID)}
	if x.id == "" {
		x.id = r.Header.Get(headerRequestID)
	}
	return x
}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// lead decides where the request goes.
func (x *exchange) lead(route *Route) {
	x.route = route
	name := route.To
	if route.Migration != nil {
		x.decision, x.told = x.f.parts.Decide(x.r)
		if x.side = x.decision.Side(route.Migration.Label()); !x.side.New {
			name = route.From
		}
	}
	x.to = x.f.backends[name]
}

// enter takes a place at the back end, and lifts the deadlines that are for requests to the graph: here it counts that
// something moves.
func (x *exchange) enter() *refusal {
	cfg := x.to.cfg
	switch {
	case cfg.Maintenance:
		return &refusal{code: H80}
	case cfg.MaxRequestBytes > 0 && x.r.ContentLength > int64(cfg.MaxRequestBytes):
		return &refusal{code: H25, status: http.StatusRequestEntityTooLarge, message: errTooLarge.Error()}
	case hops(x.r.Header) >= maxHops:
		return &refusal{code: H99, status: http.StatusLoopDetected, message: "the request went in circles"}
	}
	if code := x.to.enter(x.r.Context()); code != "" {
		return &refusal{code: code}
	}
	_ = x.control.SetReadDeadline(time.Time{})
	_ = x.control.SetWriteDeadline(time.Time{})
	if x.r.Body != nil && x.r.Body != http.NoBody {
		// Or the server closes the body as soon as the answer begins, and what is still being sent of it breaks.
		_ = x.control.EnableFullDuplex()
		x.body = &requestBody{x: x, body: x.r.Body, left: -1}
		if cfg.MaxRequestBytes > 0 {
			x.body.left = int64(cfg.MaxRequestBytes)
		}
		r := *x.r
		r.Body = x.body
		x.r = &r
	}
	x.seen = x.f.shadow.sample(x)
	return nil
}

// context is that of the sending.
func (x *exchange) context(ctx context.Context) context.Context {
	x.ctx, x.cancel = context.WithCancelCause(context.WithValue(ctx, exchangeKey{}, x))
	return x.ctx
}

// idle is how long nothing may come or go.
func (x *exchange) idle() time.Duration {
	if x.route.Timeouts.Idle > 0 {
		return x.route.Timeouts.Idle
	}
	return x.to.cfg.Timeouts.Idle
}

// uploaded says that some of the request's body was sent.
func (x *exchange) uploaded() bool { return x.body != nil && x.body.begun.Load() }

// fault takes note of why the exchange does not end well; the first one counts.
func (x *exchange) fault(code Code, cause error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.code == "" {
		x.code, x.cause = code, cause
	}
}

// refuse answers in the facade's own name.
func (x *exchange) refuse(r *refusal) {
	cause := r.cause
	if cause == nil && r.message != "" {
		cause = errors.New(r.message)
	}
	x.fault(r.code, cause)
	x.status = r.write(x, x.r, x.id)
	x.finished.Store(true)
}

// failed answers what could not be sent. It is the proxy's handler of errors.
func (f *Facade) failed(_ http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r.Context())
	var coded codedError
	code := codeOf(r.Context(), err)
	if errors.As(err, &coded) {
		code = coded.code
	}
	switch {
	case x.body == nil:
	case x.body.silent.Load():
		code = H28
	case code == H13 && x.uploaded() && !x.body.ended.Load():
		code = H18
	}
	refused := &refusal{code: code, cause: err}
	if code == H25 && errors.Is(err, errTooLarge) {
		refused.status, refused.message = http.StatusRequestEntityTooLarge, errTooLarge.Error()
	}
	if x.status != 0 { // an upgrade that failed half way: nothing can be said any more
		x.fault(code, err)
		return
	}
	x.refuse(refused)
}

// answered takes the answer as it begins. It is the proxy's hook between the header and the body.
func answered(res *http.Response) error {
	x := exchangeOf(res.Request.Context())
	x.service.Store(int64(x.f.parts.Now().Sub(x.start)) - x.connect.Load())
	for _, name := range []string{headerRequestID, headerError, rollout.HeaderSides} {
		res.Header.Del(name)
	}
	res.Header.Add("Via", via(res.ProtoMajor, res.ProtoMinor))
	if res.StatusCode == http.StatusSwitchingProtocols {
		return x.upgrade(res)
	}
	x.seen.begin(res)
	res.Body = &answerBody{x: x, body: res.Body, quiet: deadline{within: x.idle(), passed: func() { x.cancel(errIdle) }}}
	return nil
}

// dress gives an answer the headers that are the facade's.
func (x *exchange) dress(h http.Header) {
	if x.id != "" {
		h.Set(headerRequestID, x.id)
	}
	if x.route == nil || x.route.Migration == nil {
		return
	}
	m := x.route.Migration
	if c := x.f.cookies.answer(x.r, m, x.side); c != nil {
		h.Add("Set-Cookie", c.String())
	}
	for _, c := range x.decision.Cookies() {
		h.Add("Set-Cookie", c.String())
	}
	if x.told {
		h.Set(rollout.HeaderSides, x.decision.Sides())
	}
}

// wrote has whoever changed something read from the side that it went to, for as long as the migration says.
func (x *exchange) wrote() {
	switch x.r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
	default:
		x.decision.Wrote(x.route.Migration.Label(), x.side.New, x.f.parts.Now())
	}
}

// passed tells what became of a request to a side. What the client did, and what never came to the side, says nothing of it.
func (x *exchange) passed(of *telemetry.FacadeRequest, code Code) {
	switch code {
	case H11, H22, H24, H25, H26, H27, H28, H80:
		return
	}
	x.wrote()
	if x.f.parts.Passed != nil {
		x.f.parts.Passed(of.Migration, of.New, of.FirstByte, code != "" || of.Status >= http.StatusInternalServerError)
	}
}

// WriteHeader implements http.ResponseWriter.
func (x *exchange) WriteHeader(status int) {
	if status >= http.StatusOK && x.status == 0 {
		x.status = status
		x.dress(x.Header())
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter. A client that takes nothing for too long is let go.
func (x *exchange) Write(p []byte) (int, error) {
	if x.to != nil {
		_ = x.control.SetWriteDeadline(time.Now().Add(x.idle()))
	}
	n, err := x.ResponseWriter.Write(p)
	x.bytes += int64(n)
	x.written(err)
	return n, err
}

// FlushError is what http.ResponseController flushes with.
func (x *exchange) FlushError() error {
	err := x.control.Flush()
	x.written(err)
	return err
}

// written takes note of a client that could not be written to.
func (x *exchange) written(err error) {
	switch {
	case err == nil, errors.Is(err, http.ErrBodyNotAllowed):
	case timedOut(err):
		x.fault(H28, err)
	default:
		x.fault(H27, err)
	}
}

// Unwrap is what http.ResponseController looks for.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// done writes the exchange down.
func (x *exchange) done() {
	x.mu.Lock()
	if x.code == "" && !x.finished.Load() {
		x.code = H99 // something panicked that is not a body that broke
		x.Header().Set(headerError, string(H99))
	}
	code, cause := x.code, x.cause
	x.mu.Unlock()
	if x.cancel != nil {
		x.cancel(nil)
	}
	if code == H27 {
		x.status = clientLeft
	}
	took := x.f.parts.Now().Sub(x.start)
	out := telemetry.FacadeRequest{Status: x.status, Code: string(code), Took: took, FirstByte: time.Duration(x.service.Load())}
	if x.to != nil {
		out.Backend = x.to.name
	}
	if x.route != nil && x.route.Migration != nil {
		out.Migration, out.New = x.route.Migration.Name, x.side.New
		x.passed(&out, code)
	}
	x.f.parts.Metrics.FacadeRequestDone(&out)
	if x.tunnel != nil {
		defer x.f.tunnels.remove(x.tunnel)
	}
	if code == "" {
		x.f.shadow.ask(x)
		return
	}
	x.log(&out, code, cause)
}

// log writes the line of a request that did not end well, in the words of Heroku's router.
func (x *exchange) log(of *telemetry.FacadeRequest, code Code, cause error) {
	level, at := slog.LevelWarn, "error"
	if code == H27 {
		level, at = slog.LevelInfo, "info"
	}
	attrs := []slog.Attr{
		slog.String("at", at), slog.String("code", string(code)), slog.String("desc", meanings[code].description),
		slog.String("method", x.r.Method), slog.String("path", x.r.URL.EscapedPath()), slog.String("host", x.r.Host),
		slog.String("request_id", x.id), slog.String("fwd", x.f.client(x.r).addr.String()), slog.String("backend", of.Backend),
		slog.Duration("connect", time.Duration(x.connect.Load())), slog.Duration("service", of.Took),
		slog.Int("status", x.status), slog.Int64("bytes", x.bytes),
	}
	if of.Migration != "" {
		attrs = append(attrs, slog.String("migration", of.Migration), slog.Bool("new", of.New))
	}
	if cause != nil {
		attrs = append(attrs, slog.Any("error", cause))
	}
	x.f.parts.Logger.LogAttrs(x.r.Context(), level, "facade", attrs...)
}

// What the reading of a request's body may end with.
var (
	errClientIdle = errors.New("the client sent nothing for too long")
	errClientLeft = errors.New("the client left within its request")
)

// requestBody is the client's body on its way to the back end.
type requestBody struct {
	x    *exchange
	body io.ReadCloser
	// left is how many bytes may still come; -1 is any number.
	left int64
	// read is how many came.
	read int64
	// reading is set while a Read waits; begun and ended say how far it came.
	reading, begun, ended atomic.Bool
	// silent: the client sent nothing for too long. The server then takes it for one that left.
	silent atomic.Bool
}

// Read implements io.Reader.
func (b *requestBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		p = p[:min(len(p), 1)] // there may be an end
	} else if b.left > 0 && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	b.reading.Store(true)
	_ = b.x.control.SetReadDeadline(time.Now().Add(b.x.idle()))
	n, err := b.body.Read(p)
	b.reading.Store(false)
	if n > 0 {
		b.begun.Store(true)
	}
	if b.left == 0 && n > 0 {
		return 0, errTooLarge
	}
	b.read += int64(n)
	if err == nil && b.read == b.x.r.ContentLength {
		err = io.EOF // it is known now, and asked for later it may meet a body that was closed
	}
	if b.left > 0 {
		b.left -= int64(n)
	}
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		b.ended.Store(true)
		_ = b.x.control.SetReadDeadline(time.Time{})
		return n, err
	case timedOut(err):
		b.silent.Store(true)
		return n, errClientIdle
	case errors.Is(err, http.ErrBodyReadAfterClose):
		return n, err
	}
	return n, errClientLeft
}

// Close implements io.Closer. A Read that waits holds what Close needs, so it is ended.
func (b *requestBody) Close() error {
	if b.reading.Load() {
		_ = b.x.control.SetReadDeadline(time.Unix(1, 0))
	}
	return b.body.Close()
}

// answerBody is the back end's body on its way to the client.
type answerBody struct {
	x     *exchange
	body  io.ReadCloser
	quiet deadline
}

// Read implements io.Reader.
func (a *answerBody) Read(p []byte) (int, error) {
	a.quiet.restart()
	n, err := a.body.Read(p)
	a.quiet.pause()
	a.x.seen.take(p[:n])
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		a.x.finished.Store(true)
	default:
		ctx := a.x.r.Context()
		switch cause := context.Cause(a.x.ctx); {
		case errors.Is(cause, errIdle):
			a.x.fault(H15, err)
		case ctx.Err() != nil:
			a.x.fault(H27, err)
		case errors.Is(cause, errEnded):
			a.x.fault(H24, err)
		default:
			a.x.fault(H18, err)
		}
	}
	return n, err
}

// Close implements io.Closer.
func (a *answerBody) Close() error {
	a.quiet.stop()
	return a.body.Close()
}

// deadline ends something that takes too long. Once stopped it does not start again.
type deadline struct {
	within time.Duration
	passed func()

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func (d *deadline) start() { d.restart() }

func (d *deadline) restart() {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.stopped:
	case d.timer == nil:
		d.timer = time.AfterFunc(d.within, d.passed)
	default:
		d.timer.Reset(d.within)
	}
}

func (d *deadline) pause() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
}

func (d *deadline) stop() {
	d.pause()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
}
