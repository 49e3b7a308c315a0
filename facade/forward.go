package facade

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"strings"
)

// sent is who sent a request.
type sent struct {
	// peer is at the other end of the connection, addr who began; trusted says that the peer's word is taken.
	peer, addr netip.Addr
	trusted    bool
}

// client is who sent the request.
func (f *Facade) client(r *http.Request) sent {
	var out sent
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		out.peer = at.Addr().Unmap()
	}
	if out.addr = out.peer; f.parts.Client != nil {
		out.addr, out.trusted = f.parts.Client(r)
	}
	return out
}

// rewrite makes what is sent of what came. Path and query go as they are; what the client says of those before it goes only
// if its word is taken.
func (f *Facade) rewrite(p *httputil.ProxyRequest) {
	p.Out.URL.RawQuery = p.In.URL.RawQuery // the proxy would leave out what it cannot parse
	p.Out.Host = p.In.Host
	from := f.client(p.In)
	in, out := p.In.Header, p.Out.Header
	proto, host := "http", p.In.Host
	if p.In.TLS != nil {
		proto = "https"
	}
	var before, chain []string
	port := ""
	if from.trusted {
		before, chain = in["X-Forwarded-For"], in["Forwarded"]
		port = in.Get("X-Forwarded-Port")
		proto, host = given(in, "X-Forwarded-Proto", proto), given(in, "X-Forwarded-Host", host)
	}
	if port == "" {
		port = portOf(host, proto)
	}
	out.Set("X-Forwarded-For", strings.Join(append(before[:len(before):len(before)], from.peer.String()), ", "))
	out.Set("X-Forwarded-Proto", proto)
	out.Set("X-Forwarded-Host", host)
	out.Set("X-Forwarded-Port", port)
	out.Set("Forwarded", strings.Join(append(chain[:len(chain):len(chain)], forwarded(from.peer, p.In.Host, p.In.TLS != nil)), ", "))
	out["Via"] = append(in["Via"][:len(in["Via"]):len(in["Via"])], via(p.In.ProtoMajor, p.In.ProtoMinor))
	if !from.trusted {
		out.Del("X-Real-Ip")
	}
	out.Del(headerError)
	out.Del(headerShadow)
	if _, ok := in["User-Agent"]; !ok {
		out["User-Agent"] = nil // or net/http would name itself
	}
}

// given is the first value of a header's list, or what is otherwise so.
func given(h http.Header, name, otherwise string) string {
	first, _, _ := strings.Cut(h.Get(name), ",")
	if first = strings.TrimSpace(first); first != "" {
		return first
	}
	return otherwise
}

// portOf is the port that the client asked at.
func portOf(host, proto string) string {
	if _, port, err := net.SplitHostPort(host); err == nil {
		return port
	}
	if proto == "https" {
		return "443"
	}
	return "80"
}

// forwarded is an element of the header of RFC 7239.
func forwarded(peer netip.Addr, host string, secure bool) string {
	at := peer.String()
	if peer.Is6() {
		at = `"[` + at + `]"`
	}
	proto := "http"
	if secure {
		proto = "https"
	}
	return fmt.Sprintf("for=%s;host=%q;proto=%s", at, host, proto)
}

// pseudonym is what the gateway calls itself in Via, and maxHops how often that may stand there.
const (
	pseudonym = "ficus"
	maxHops   = 8
)

func via(major, minor int) string { return fmt.Sprintf("%d.%d %s", major, minor, pseudonym) }

// hops is how often the request passed a gateway already.
func hops(h http.Header) int {
	n := 0
	for _, v := range h["Via"] {
		n += strings.Count(v, " "+pseudonym)
	}
	return n
}

// isUpgrade says that a request asks for another protocol on its connection.
func isUpgrade(h http.Header) bool { return h.Get("Upgrade") != "" }
