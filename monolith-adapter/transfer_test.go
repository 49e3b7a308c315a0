package monolith_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/subgraph"
)

func TestAnswersMayBeCompressed(t *testing.T) {
	const text = `{"pong":"fine"}`
	for _, coding := range []string{"gzip", "br", "zstd"} {
		url := pong(t, func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.Header.Get("Accept-Encoding"), coding) {
				t.Errorf("%s is not accepted: %q", coding, r.Header.Get("Accept-Encoding"))
			}
			w.Header().Set("Content-Encoding", coding)
			var z io.WriteCloser
			switch coding {
			case "gzip":
				z = gzip.NewWriter(w)
			case "br":
				z = brotli.NewWriter(w)
			default:
				z, _ = zstd.NewWriter(w)
			}
			_, _ = io.WriteString(z, text)
			_ = z.Close()
		})
		p := newPinger(t, url, monolith.Config{}, monolith.Ports{})
		body := p.ping(t, t.Context(), "{ a: ping(n: 1) }")
		call := p.take()[0]
		if body != `{"data":{"a":"fine"}}` || call.Bytes != len(text) || call.ResponseBytes == 0 || call.ResponseBytes == len(text) {
			t.Errorf("%s: %s, %d bytes of %d", coding, body, call.Bytes, call.ResponseBytes)
		}
	}
}

func TestBodiesCanBeCompressed(t *testing.T) {
	const schema = `-- legacy.graphql --
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.12")
  @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
  @source(name: "app", http: { baseURL: "http://legacy.test" })
type Query { echo: String @connect(source: "app", http: { POST: "/echo", body: "word: $('hello')" }, selection: "$.word") }
`
	for _, coding := range []subgraph.Compression{"", subgraph.Gzip, subgraph.Brotli, subgraph.Deflate} {
		server := httptest.NewServer(asJSON(func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Content-Encoding"); got != string(coding) {
				t.Errorf("encoding %q, want %q", got, coding)
			}
			_, _ = io.Copy(w, plainBody(t, r))
		}))
		fetch := fetcherOf(t, schema, server.URL, one(monolith.SourceConfig{}, subgraph.ConnectorShaping{Compression: coding}, 0))
		if got := fetch("legacy_Query_echo_0", "{ echo }"); got != `{"data":{"echo":"hello"}}` {
			t.Errorf("%s: %s", coding, got)
		}
		server.Close()
	}
}

func TestHTTP2WithoutTLS(t *testing.T) {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	server := httptest.NewUnstartedServer(asJSON(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"pong":%q}`, r.Proto) }))
	server.Config.Protocols = &protocols
	server.Start()
	defer server.Close()
	body, _ := ping(t, t.Context(), server.URL, one(monolith.SourceConfig{}, subgraph.ConnectorShaping{ExperimentalHTTP2: subgraph.HTTP2Only}, 0), "{ a: ping }")
	if body != `{"data":{"a":"HTTP/2.0"}}` {
		t.Error(body)
	}
}

func TestHeadersCannotBeInjected(t *testing.T) {
	var asked atomic.Int32
	for _, value := range []string{"a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rb", "a\x00b"} {
		for _, secure := range []bool{false, true} {
			cfg := one(monolith.SourceConfig{Config: map[string]any{"key": value}}, subgraph.ConnectorShaping{}, 0)
			url := serving(t, secure, func(http.ResponseWriter, *http.Request) { asked.Add(1) }, &cfg)
			body, _ := ping(t, t.Context(), url, cfg, "{ a: ping }")
			if !strings.Contains(body, `"a":null`) || !strings.Contains(body, `"code":"`+monolith.CodeRequestInvalid+`"`) || asked.Load() != 0 {
				t.Errorf("%q: %s, %d requests", value, body, asked.Load())
			}
		}
	}
}

func TestAuthoritiesAreTrustedPerSource(t *testing.T) {
	cfg := one(monolith.SourceConfig{}, subgraph.ConnectorShaping{}, 0)
	url := serving(t, true, ponging(nil), &cfg)
	own := cfg.Outbound.TLS.All
	cfg.Outbound.TLS.All = subgraph.ClientTLS{}
	body, errs := ping(t, t.Context(), url, cfg, "{ a: ping }")
	if !strings.Contains(body, monolith.CodeUnreachable) || errs[0] == nil || !strings.Contains(errs[0].Error(), "certificate") {
		t.Errorf("not trusted: %s, %v", body, errs)
	}
	cfg.Outbound.TLS.Sources = map[string]subgraph.ClientTLS{"legacy.app": own}
	if body, _ = ping(t, t.Context(), url, cfg, "{ a: ping }"); body != `{"data":{"a":"fine"}}` {
		t.Errorf("trusted: %s", body)
	}
}
