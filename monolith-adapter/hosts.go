package monolith

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// hosts are those that a source may be reached at. An application is mostly at a private address, so those are
// open; what no application is at has to be listed.
type hosts struct {
	// names are in lower case; one of the form .example.com holds for all below it.
	names    []string
	networks []netip.Prefix
}

// newHosts reads allowed_hosts: names, names that begin with *. for all below, addresses and networks (CIDR).
func newHosts(allowed []string) (*hosts, error) {
	h := &hosts{}
	for _, entry := range allowed {
		if network, err := netip.ParsePrefix(entry); err == nil {
			h.networks = append(h.networks, network.Masked())
			continue
		}
		if ip, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil {
			h.networks = append(h.networks, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		name := strings.TrimPrefix(strings.ToLower(entry), "*")
		if name == "" || strings.ContainsAny(name, "*/: ") || name == "." || (name != strings.ToLower(entry)) != strings.HasPrefix(name, ".") {
			return nil, fmt.Errorf("allowed_hosts: %q is no host's name (legacy.internal, *.internal), address or network (10.0.0.0/8)", entry)
		}
		h.names = append(h.names, name)
	}
	return h, nil
}

// errNotAllowed is a connection that is not made.
var errNotAllowed = errors.New("is not allowed; list it in allowed_hosts of the source if it is right")

// never are networks in which there is no application, but what a cloud tells its machines, credentials among it.
var never = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("100.100.100.200/32"),
	netip.MustParsePrefix("192.0.0.192/32"), netip.MustParsePrefix("fd00:ec2::254/128"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("::/128"),
}

// permit judges an address that a host's name led to. ip is not valid where only the name is known.
func (h *hosts) permit(host string, ip netip.Addr) error {
	listed := ip.IsValid() && slices.ContainsFunc(h.networks, func(n netip.Prefix) bool { return n.Contains(ip) })
	named := h.named(host)
	switch {
	case listed:
		return nil
	case len(h.names)+len(h.networks) > 0 && !named:
		return fmt.Errorf("host %s at %s %w", host, ip, errNotAllowed)
	case !ip.IsValid():
		return nil
	case ip.IsMulticast() || slices.ContainsFunc(never, func(n netip.Prefix) bool { return n.Contains(ip) }):
		return fmt.Errorf("host %s at the address %s %w", host, ip, errNotAllowed)
	case ip.IsLoopback() && !meansLoopback(host):
		return fmt.Errorf("host %s at the gateway's own address %s %w", host, ip, errNotAllowed)
	}
	return nil
}

func (h *hosts) named(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(h.names, func(n string) bool {
		return n == host || n[0] == '.' && strings.HasSuffix(host, n)
	})
}

// meansLoopback reports whether a host's name says that it is this machine.
func meansLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback() || strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost")
}
