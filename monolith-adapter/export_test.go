package monolith

import (
	"net/netip"
	"testing"
)

// Permit judges an address that a name led to.
func Permit(t *testing.T, allowed []string, host string, ip netip.Addr) error {
	t.Helper()
	h, err := newHosts(allowed)
	if err != nil {
		t.Fatal(err)
	}
	return h.permit(host, ip)
}
