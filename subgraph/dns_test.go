package subgraph_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/subgraph"
)

// names is a name server for this process, which has the same addresses for every name.
type names struct{ addresses atomic.Pointer[[]string] }

func (n *names) set(addresses ...string) { n.addresses.Store(&addresses) }

func newNames(t *testing.T) *names {
	t.Helper()
	n := &names{}
	n.set()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", c.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		_ = c.Close()
	})
	go func() {
		in := make([]byte, 1500)
		for {
			length, from, err := c.ReadFrom(in)
			if err != nil {
				return
			}
			_, _ = c.WriteTo(n.answer(in[:length]), from)
		}
	}()
	return n
}

// answer is what the question gets: https://www.rfc-editor.org/rfc/rfc1035#section-4.1
func (n *names) answer(question []byte) []byte {
	const header = 12
	end := header + slices.Index(question[header:], 0) + 5 // the name, its type and its class
	const typeA = 1
	out := slices.Clone(question[:end])
	var have []string
	if binary.BigEndian.Uint16(question[end-4:]) == typeA {
		have = *n.addresses.Load()
	}
	binary.BigEndian.PutUint16(out[2:], 0x8180) // an answer, without fault
	binary.BigEndian.PutUint16(out[6:], uint16(len(have)))
	binary.BigEndian.PutUint32(out[8:], 0)
	for _, address := range have {
		out = append(out, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4) // the name asked for, a time to live of 0, four bytes
		four := netip.MustParseAddr(address).As4()
		out = append(out, four[:]...)
	}
	return out
}

// at is a server at an address of this machine, at a port or at any, which answers with the address.
func at(t *testing.T, address, port string) string {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(address, port))
	if err != nil {
		t.Skip("this machine has no " + address)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		write(200, "application/json", `{"data":"`+address+`"}`)(w, r)
	})}}
	s.Start()
	t.Cleanup(s.Close)
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port
}

// TestANameIsLookedUpAgain: a connection that is never idle is kept for pool_max_age, and the next one goes to where the
// name leads then.
func TestANameIsLookedUpAgain(t *testing.T) {
	const first, second, gone = "127.0.0.2", "127.0.0.3", "127.0.0.4"
	resolver := newNames(t)
	port := at(t, first, "0")
	at(t, second, port)
	url := "http://service.test:" + port + "/graphql"
	cfg := shaped(subgraph.Shaping{PoolMaxAge: 300 * time.Millisecond, Timeout: 5 * time.Second})
	for name, f := range senders(t, url, cfg) {
		resolver.set(first)
		expect := func(want string) {
			t.Helper()
			if got := fetch(t.Context(), f, `{}`); got.Body != `{"data":"`+want+`"}` {
				t.Errorf("%s: %+v, want %s", name, got, want)
			}
		}
		time.Sleep(300 * time.Millisecond)
		began := time.Now()
		expect(first)
		resolver.set(second)
		if time.Since(began) < 200*time.Millisecond {
			expect(first)
		}
		for time.Since(began) < 400*time.Millisecond {
			fetch(t.Context(), f, `{}`) // so that it is never idle for long
			time.Sleep(10 * time.Millisecond)
		}
		expect(second)
		resolver.set(gone, first)
		time.Sleep(350 * time.Millisecond)
		expect(first)
	}
}
