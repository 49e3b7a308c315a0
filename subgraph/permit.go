package subgraph

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// Permit says whether a host may be connected to at an address that its name led to; nil permits everything. It is
// asked when the address is dialed, so that a name which leads elsewhere a moment later is of no use.
type Permit func(host string, ip netip.Addr) error

// guard is the dialer for an address, which asks before each connection.
func (p Permit) guard(d *net.Dialer, address string) *net.Dialer {
	if p == nil {
		return d
	}
	guarded := *d
	guarded.ControlContext = func(_ context.Context, _, to string, _ syscall.RawConn) error {
		ip, err := netip.ParseAddrPort(to)
		if err != nil {
			return fmt.Errorf("dial %q: %w", to, err)
		}
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return err
		}
		return p(host, ip.Addr().Unmap().WithZone(""))
	}
	return &guarded
}
