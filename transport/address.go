package transport

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// proxies are those whose word is taken for who asked them.
type proxies struct {
	networks []netip.Prefix
	// header is where they say it, in the form of http.Header.
	header string
}

// headerForwarded is the header of RFC 7239; any other is a list of addresses, as in X-Forwarded-For.
const headerForwarded = "Forwarded"

// newProxies reads networks, or single addresses.
func newProxies(list []string, header string) (proxies, error) {
	out := proxies{header: http.CanonicalHeaderKey(header)}
	for _, text := range list {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			one, failed := netip.ParseAddr(text)
			if failed != nil {
				return out, fmt.Errorf("server.trusted_proxies: %q is no network; write 10.0.0.0/8 or an address", text)
			}
			network = netip.PrefixFrom(one, one.BitLen())
		}
		out.networks = append(out.networks, network.Masked())
	}
	return out, nil
}

func (p proxies) trust(a netip.Addr) bool {
	for _, n := range p.networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// client is the address of who sent the request: the connection's, or, if that is a proxy that is trusted, whom it names.
// Each proxy adds to the right whom it was asked by. So the list is read from there, as long as those who
// wrote it are trusted; what stands further left anybody may have made up.
func (p proxies) client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	at := peer.Addr().Unmap().WithZone("")
	if len(p.networks) == 0 || !p.trust(at) {
		return at
	}
	for values := r.Header[p.header]; len(values) > 0; values = values[:len(values)-1] {
		list := values[len(values)-1]
		for more := true; more; {
			var entry string
			list, entry, more = cutLast(list)
			a, ok := p.read(entry)
			if !ok {
				return at // the last one that somebody trusted named
			}
			if at = a; !p.trust(at) {
				return at
			}
		}
	}
	return at
}

// cutLast takes the last entry off a list.
func cutLast(list string) (rest, entry string, more bool) {
	i := strings.LastIndexByte(list, ',')
	if i < 0 {
		return "", strings.TrimSpace(list), false
	}
	return list[:i], strings.TrimSpace(list[i+1:]), true
}

// read is the address of an entry, which may have a port.
func (p proxies) read(entry string) (netip.Addr, bool) {
	if p.header == headerForwarded {
		entry = forwardedFor(entry)
	}
	if a, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if a, err := netip.ParseAddrPort(entry); err == nil {
		return a.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}

// forwardedFor is the parameter for of an element of Forwarded, "" if it has none.
// https://www.rfc-editor.org/rfc/rfc7239#section-4
func forwardedFor(element string) string {
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if strings.EqualFold(name, "for") {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}
