package transport_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/transport"
)

// raw sends a text as it is, and is all that comes back until the server closes the connection or says nothing more.
func raw(t *testing.T, s serving, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	got, _ := io.ReadAll(c)
	return string(got)
}

// TestNoRequestIsSmuggled: of a text that two readers could divide in two ways, no second request is answered.
func TestNoRequestIsSmuggled(t *testing.T) {
	s := serve(t, transport.Config{}, nil)
	const (
		begin = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		body  = `{"query":"{hello}"}`
		chunk = "13\r\n" + body + "\r\n0\r\n\r\n"
		// second is the request that must not be seen as one.
		second = "GET /health HTTP/1.1\r\nHost: smuggled\r\n\r\n"
	)
	for _, c := range []struct {
		name, text string
		// status is of the first request, 0 where the connection may end without a word.
		status string
	}{
		{"a length and chunks", begin + "Content-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + second, "200"},
		{"chunks and a length", begin + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + chunk + second, "200"},
		{"two lengths", begin + "Content-Length: 19\r\nContent-Length: 0\r\n\r\n" + body + second, "400"},
		{"a list of lengths", begin + "Content-Length: 19, 19\r\n\r\n" + body + second, "400"},
		{"a signed length", begin + "Content-Length: +19\r\n\r\n" + body + second, "400"},
		{"a length in hexadecimal", begin + "Content-Length: 0x13\r\n\r\n" + body + second, "400"},
		{"a length with a space before its colon", begin + "Content-Length : 19\r\n\r\n" + body + second, "400"},
		{"chunks with a space before their colon", begin + "Transfer-Encoding : chunked\r\n\r\n" + chunk + second, "400"},
		{"chunks, and something else", begin + "Transfer-Encoding: chunked, identity\r\n\r\n" + chunk + second, "501"},
		{"chunks spelled otherwise", begin + "Transfer-Encoding: xchunked\r\n\r\n" + chunk + second, "501"},
		{"chunks behind a tab", begin + "Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n\r\n" + chunk + second, "200"},
		{"chunks behind a control character", begin + "Transfer-Encoding: \x0bchunked\r\n\r\n" + chunk + second, "400"},
		{"chunks twice", begin + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + chunk + second, "501"},
		{"chunks in HTTP/1.0", strings.Replace(begin, "1.1", "1.0", 1) + "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + second, "400"},
		{"a chunk's size and a plain line end", begin + "Transfer-Encoding: chunked\r\n\r\n13;\n" + body + "\r\n0\r\n\r\n" + second, "400"},
		{"a chunk's end of plain lines", begin + "Transfer-Encoding: chunked\r\n\r\n13\r\n" + body + "\n0\r\n\r\n" + second, "400"},
		{"a chunk's size with a sign", begin + "Transfer-Encoding: chunked\r\n\r\n+13\r\n" + body + "\r\n0\r\n\r\n" + second, "400"},
		{"a chunk that is longer", begin + "Transfer-Encoding: chunked\r\n\r\n12\r\n" + body + "\r\n0\r\n\r\n" + second, "400"},
		{"a folded header", begin + "X-A: b\r\n Content-Length: 19\r\n\r\n" + body + second, ""},
		{"a header's name with a space", begin + "Content-Length: 19\r\nX A: b\r\n\r\n" + body + second, "400"},
		{"a header without a name", begin + "Content-Length: 19\r\n: b\r\n\r\n" + body + second, "400"},
		{"a header with a lone return", begin + "X: a\rTransfer-Encoding: chunked\r\nContent-Length: 19\r\n\r\n" + body + second, "400"},
		{"a header with a zero", begin + "X: a\x00b\r\nContent-Length: 19\r\n\r\n" + body + second, "400"},
		{"two hosts", begin + "Host: y\r\nContent-Length: 19\r\n\r\n" + body + second, "400"},
		{"no host", strings.Replace(begin, "Host: x\r\n", "", 1) + "Content-Length: 19\r\n\r\n" + body + second, "400"},
		{"a host that is none", strings.Replace(begin, "Host: x", "Host: x y", 1) + "Content-Length: 19\r\n\r\n" + body + second, "400"},
		{"a path with a space", "GET /graphql HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n" + second, "400"},
		{"another version", "GET /health HTTP/3.0\r\nHost: x\r\n\r\n" + second, "505"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := raw(t, s, c.text)
			// A body that is taken for a request ends the connection, and is none.
			if n := strings.Count(got, " 200 OK"); n > 1 || strings.Contains(got, `"UP"`) && !strings.HasPrefix(c.text, "GET /health") {
				t.Errorf("%d answers:\n%s", n, got)
			}
			if c.status != "" && !strings.HasPrefix(got, "HTTP/1.1 "+c.status) && !strings.HasPrefix(got, "HTTP/1.0 "+c.status) {
				t.Errorf("%.200s, want %s", got, c.status)
			}
		})
	}
	t.Run("what is clear is answered", func(t *testing.T) {
		for _, text := range []string{
			begin + "Content-Length: 19\r\n\r\n" + body + second,
			begin + "Content-Length: 19\r\nContent-Length: 19\r\n\r\n" + body + second,
			"GET http://x/health HTTP/1.1\r\nHost: other\r\n\r\n" + second,
		} {
			if got := raw(t, s, text); strings.Count(got, "HTTP/1.1 200") != 2 {
				t.Errorf("%q: %s", text, got)
			}
		}
		if got := raw(t, s, begin+"Transfer-Encoding: chunked\r\n\r\n"+chunk); !strings.HasPrefix(got, "HTTP/1.1 200") || !strings.Contains(got, `{"data":`) || !strings.Contains(got, "Connection: close") {
			t.Errorf("chunks alone: %s", got)
		}
	})
}
