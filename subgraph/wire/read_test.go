package wire_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/subgraph/wire"
)

func TestAnswersAreRead(t *testing.T) {
	long := strings.Repeat("y", 9000)
	cases := []struct {
		name, text, body string
		status           int
		keep             bool
	}{
		{"a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
		{"no reason", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
		{"plain line ends", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "ok", 200, true},
		{"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length:2\r\n\r\nok", "ok", 200, true},
		{"until the end", "HTTP/1.1 200 OK\r\n\r\n" + long, long, 200, false},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\no\r\n01 ;x\r\nk\r\n0\r\n\r\n", "ok", 200, true},
		{"long chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2328\r\n" + long + "\r\n1\r\nk\r\n0\r\na: b\r\n\r\n", long + "k", 200, true},
		{"announced", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "", 404, true},
		{"chunks and a length", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "ok", 200, false},
		{"no content", "HTTP/1.1 204 Nothing\r\n\r\n", "", 204, true},
		{"empty values", "HTTP/1.1 200 OK\r\nX:\r\nContent-Length: 0\r\n\r\n", "", 200, true},
	}
	for _, c := range cases {
		for _, room := range []int{1, 100, 1 << 16} {
			for name, from := range map[string]io.Reader{"at once": strings.NewReader(c.text), "byte by byte": iotest.OneByteReader(strings.NewReader(c.text))} {
				a, keep, err := wire.Read(from, room, 1<<20)
				if err != nil || a.Status != c.status || string(a.Body) != c.body || keep != c.keep {
					t.Errorf("%s, %s, room %d: %v, %d, %d bytes, keep %v", c.name, name, room, err, a.Status, len(a.Body), keep)
				}
			}
		}
	}
}

func TestWhatIsNoAnswerIsRefused(t *testing.T) {
	const malformed = "the answer is not HTTP/1.1"
	const begin = "HTTP/1.1 200 OK\r\n"
	cases := []struct{ name, text, want string }{
		{"nothing", "", "unexpected EOF"},
		{"another protocol", "SSH-2.0-x\r\n\r\n", malformed},
		{"another version", "HTTP/2.0 200 OK\r\n\r\n", malformed},
		{"no status", "HTTP/1.1  OK\r\n\r\n", malformed},
		{"a status of letters", "HTTP/1.1 2xx OK\r\n\r\n", malformed},
		{"a status of four", "HTTP/1.1 2000 OK\r\n\r\n", malformed},
		{"an upgrade", "HTTP/1.1 101 Yes\r\n\r\n", malformed},
		{"only announced", strings.Repeat("HTTP/1.1 100 C\r\n\r\n", 9) + begin + "\r\n", malformed},
		{"lengths that differ", begin + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nok", malformed},
		{"a signed length", begin + "Content-Length: +2\r\n\r\nok", malformed},
		{"a list of lengths", begin + "Content-Length: 2, 2\r\n\r\nok", malformed},
		{"an endless length", begin + "Content-Length: 99999999999999999999\r\n\r\nok", malformed},
		{"another coding", begin + "Transfer-Encoding: gzip, chunked\r\n\r\n", malformed},
		{"chunked twice", begin + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", malformed},
		{"chunked by an old host", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", malformed},
		{"a space before the colon", begin + "Content-Length : 2\r\n\r\nok", malformed},
		{"a folded line", begin + "A: b\r\n c\r\nContent-Length: 2\r\n\r\nok", malformed},
		{"no colon", begin + "A\r\n\r\n", malformed},
		{"no name", begin + ": x\r\n\r\n", malformed},
		{"a lone return", begin + "A: b\rContent-Length: 2\r\n\r\nok", malformed},
		{"too short", begin + "Content-Length: 3\r\n\r\nok", "unexpected EOF"},
		{"too large", begin + "Content-Length: 2000\r\n\r\nok", "the answer is too large"},
		{"too large in the end", begin + "\r\n" + strings.Repeat("x", 1001), "the answer is too large"},
		{"too large in chunks", begin + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("64\r\n"+strings.Repeat("x", 100)+"\r\n", 11), "the answer is too large"},
		{"a chunk without a size", begin + "Transfer-Encoding: chunked\r\n\r\n\r\nok", malformed},
		{"a chunk with a sign", begin + "Transfer-Encoding: chunked\r\n\r\n-2\r\nok", malformed},
		{"a chunk that is longer", begin + "Transfer-Encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n", malformed},
		{"a chunk with a plain line end", begin + "Transfer-Encoding: chunked\r\n\r\n2\nok\r\n0\r\n\r\n", malformed},
		{"a huge chunk", begin + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", malformed},
		{"an endless extension", begin + "Transfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("x", 10000), malformed},
		{"endless trailers", begin + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("a: b\r\n", 100000), "the header of the answer is too large"},
		{"an endless header", begin + strings.Repeat("a: b\r\n", 100000), "the header of the answer is too large"},
		{"chunks that end early", begin + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", "unexpected EOF"},
	}
	for _, c := range cases {
		_, _, err := wire.Read(strings.NewReader(c.text), 64, 1000)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(c.name, diff)
		}
	}
}

// FuzzRead compares with net/http: what is accepted here means the same there. It accepts more.
func FuzzRead(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 1)
	f.Add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\nA: b\r\n\r\n", 40)
	f.Add("HTTP/1.0 500 No\r\nA: b\r\nConnection: close\r\n\r\nto the end", 7)
	f.Add("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", 300)
	f.Fuzz(func(t *testing.T, text string, room int) {
		a, _, err := wire.Read(strings.NewReader(text), max(1, min(room, 1000)), 1<<20)
		if err != nil {
			return
		}
		in := bufio.NewReader(strings.NewReader(text))
		var want *http.Response
		for want == nil || want.StatusCode < 200 {
			if want, err = http.ReadResponse(in, &http.Request{Method: http.MethodPost}); err != nil {
				t.Fatalf("net/http does not read %q: %v", text, err)
			}
		}
		body, err := io.ReadAll(want.Body)
		if err != nil || want.StatusCode != a.Status || !bytes.Equal(body, a.Body) {
			t.Fatalf("%q: net/http has %d %q, %v; here %d %q", text, want.StatusCode, body, err, a.Status, a.Body)
		}
		for name, values := range want.Header {
			if diff := cmp.Diff(values, a.Values(name)); diff != "" {
				t.Fatalf("%q: %s", text, diff)
			}
		}
	})
}
