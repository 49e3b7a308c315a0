package transport_test

import (
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/transport"
)

// TestLimitsOfHTTP: body and header are refused with the limit, what may be and what is, and counted; where the limit is
// only measured, the request passes and is counted.
func TestLimitsOfHTTP(t *testing.T) {
	query := `{"query":"{hello}","extensions":{"x":"` + strings.Repeat("x", 1000) + `"}}`
	for _, c := range []struct {
		name    string
		limits  transport.Limits
		headers []string
		status  int
		code    string
		passed  string
		says    string
	}{
		{"a body", transport.Limits{HTTPMaxRequestBytes: 500}, nil, 413, "PAYLOAD_TOO_LARGE", "limits.http_max_request_bytes", `"max":500,"actual":1041`},
		{"a body that fits", transport.Limits{HTTPMaxRequestBytes: 1041}, nil, 200, "", "", ""},
		{"a header", transport.Limits{HTTP1MaxRequestBufSize: 1000}, []string{"X-Long: " + strings.Repeat("x", 1000)}, 431, "REQUEST_HEADER_TOO_LARGE", "limits.http1_max_request_buf_size", `"max":1000,"actual":1`},
		{"headers", transport.Limits{HTTP1MaxRequestHeaders: 7}, []string{"X-1: 1", "X-2: 2", "X-3: 3"}, 431, "REQUEST_HEADER_TOO_LARGE", "limits.http1_max_request_headers", `"max":7,"actual":9`},
		{"headers by default", transport.Limits{}, strings.Split(strings.Repeat("X-1: 1,", 200)+"X-1: 1", ","), 431, "REQUEST_HEADER_TOO_LARGE", "limits.http1_max_request_headers", `"max":200`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, measured := range []bool{false, true} {
				seen := &counts{}
				if measured {
					c.limits.Measured = transport.LimitKeys()
				}
				server := start(t, transport.Config{Limits: c.limits}, func(p *transport.Parts) { p.Observer = seen })
				got := send(t, "POST", server.URL+"/graphql", query, append(c.headers, isJSON)...)
				refused := c.code != "" && (!measured || c.name == "headers by default")
				switch {
				case refused && (got.status != c.status || got.code() != c.code || !strings.Contains(got.body, c.says)):
					t.Errorf("%d %s", got.status, got.body)
				case !refused && got.status != 200:
					t.Errorf("measured %t: %d %s", measured, got.status, got.body)
				}
				if c.passed == "" {
					continue
				}
				if how, ok := seen.passed.Load(c.passed + map[bool]string{true: " true", false: " false"}[refused]); !ok {
					t.Errorf("measured %t: it is not counted: %v", measured, how)
				}
			}
		})
	}
}
