// Package collector is a collector of traces for tests. It speaks OTLP in HTTP and gRPC, reads what comes with
// OpenTelemetry's own types, and remembers all spans.
package collector

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	export "go.opentelemetry.io/proto/slim/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	v1 "go.opentelemetry.io/proto/slim/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Span is one that was taken.
type Span struct {
	*v1.Span
	// Resource is who reported it, Header what came with it.
	Resource map[string]string
	Header   http.Header
}

// Collector takes spans.
type Collector struct {
	*httptest.Server
	t testing.TB

	mu    sync.Mutex
	spans []Span
	// sizes are how many spans each export had.
	sizes []int
	// answers are what the next exports are answered instead of being taken: a status of HTTP, or of gRPC from -1 down.
	answers []int
	refused int64
}

// New is a collector that ends with the test.
func New(t testing.TB) *Collector {
	c := unstarted(t)
	c.Config.Protocols = &http.Protocols{}
	c.Config.Protocols.SetHTTP1(true)
	c.Config.Protocols.SetUnencryptedHTTP2(true)
	c.Start()
	return c
}

// NewTLS is one behind TLS.
func NewTLS(t testing.TB) *Collector {
	c := unstarted(t)
	c.EnableHTTP2 = true
	c.StartTLS()
	return c
}

func unstarted(t testing.TB) *Collector {
	c := &Collector{t: t}
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(c.serve))
	t.Cleanup(func() { c.Close() })
	return c
}

// Answer has the next exports answered with those statuses, instead of being taken: of HTTP, or of gRPC as negative numbers.
func (c *Collector) Answer(statuses ...int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = append(c.answers, statuses...)
}

// Refuse has all further exports answered with so many spans refused.
func (c *Collector) Refuse(spans int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = spans
}

const grpcPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

func (c *Collector) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Errorf("collector: read: %v", err)
	}
	grpc := r.URL.Path == grpcPath
	compressed := r.Header.Get("Content-Encoding") == "gzip"
	switch {
	case grpc && (r.ProtoMajor != 2 || r.Header.Get("Content-Type") != "application/grpc" || r.Header.Get("Te") != "trailers"):
		c.t.Errorf("collector: no gRPC: %s, %v", r.Proto, r.Header)
	case grpc && (len(body) < 5 || int(binary.BigEndian.Uint32(body[1:])) != len(body)-5):
		c.t.Errorf("collector: no message of gRPC: % x", body[:min(len(body), 8)])
		return
	case grpc:
		compressed, body = body[0] == 1, body[5:]
	case r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf":
		c.t.Errorf("collector: %s, %v", r.URL, r.Header)
	}
	if compressed {
		body = c.unpack(body)
	}
	status, answer := c.take(r.Header, body)
	if !grpc {
		w.WriteHeader(max(status, 200))
		_, _ = w.Write(answer)
		return
	}
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status, Grpc-Message")
	w.WriteHeader(max(status, 200))
	_, _ = w.Write(append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(answer))), answer...))
	w.Header().Set("Grpc-Status", strconv.Itoa(max(-status, 0)))
	w.Header().Set("Grpc-Message", "")
}

func (c *Collector) unpack(body []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(z)
	}
	if err != nil {
		c.t.Errorf("collector: gzip: %v", err)
	}
	return body
}

// take remembers an export, unless it is to be answered otherwise.
func (c *Collector) take(h http.Header, body []byte) (status int, answer []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.answers) > 0 {
		status, c.answers = c.answers[0], c.answers[1:]
		return status, nil
	}
	var request export.ExportTraceServiceRequest
	if err := (proto.UnmarshalOptions{}).Unmarshal(body, &request); err != nil {
		c.t.Errorf("collector: %v", err)
	}
	if unknown := request.ProtoReflect().GetUnknown(); len(unknown) > 0 {
		c.t.Errorf("collector: unknown fields % x", unknown)
	}
	n := 0
	for _, resource := range request.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				c.spans = append(c.spans, Span{s, texts(resource.Resource.GetAttributes()), h})
				n++
			}
		}
	}
	c.sizes = append(c.sizes, n)
	response := &export.ExportTraceServiceResponse{}
	if c.refused > 0 {
		response.PartialSuccess = &export.ExportTracePartialSuccess{RejectedSpans: c.refused, ErrorMessage: "too old"}
	}
	answer, err := proto.Marshal(response)
	if err != nil {
		c.t.Errorf("collector: %v", err)
	}
	return 0, answer
}

// Spans are those that were taken until now.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.spans)
}

// Sizes are how many spans each export had.
func (c *Collector) Sizes() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sizes)
}

// Wait waits until there are n spans.
func (c *Collector) Wait(n int) []Span {
	c.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if spans := c.Spans(); len(spans) >= n {
			return spans
		} else if time.Now().After(end) {
			c.t.Fatalf("%d spans came, not %d", len(spans), n)
		}
	}
}

// Attributes are the span's, as text.
func (s Span) Attributes() map[string]string { return texts(s.Span.Attributes) }

// TraceHex is the trace's id, as it is written.
func (s Span) TraceHex() string { return hex.EncodeToString(s.TraceId) }

// SpanHex is the span's id.
func (s Span) SpanHex() string { return hex.EncodeToString(s.SpanId) }

// ParentHex is the parent's id, empty for none.
func (s Span) ParentHex() string { return hex.EncodeToString(s.ParentSpanId) }

func texts(list []*common.KeyValue) map[string]string {
	out := map[string]string{}
	for _, a := range list {
		switch v := a.Value.GetValue().(type) {
		case *common.AnyValue_StringValue:
			out[a.Key] = v.StringValue
		case *common.AnyValue_IntValue:
			out[a.Key] = strconv.FormatInt(v.IntValue, 10)
		}
	}
	return out
}
