package ratelimit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Asked is what is known of a request.
type Asked struct {
	// Issuer and Subject are who asks, "" for nobody.
	Issuer, Subject string
	// Claim is a claim of the verified token as text.
	Claim func(name string) (string, bool)
	// Header is the request's header.
	Header http.Header
	// Address is the client's.
	Address netip.Addr
	// Operation, Kind and Cost are known once the request was parsed.
	Operation, Kind string
	Cost            int
}

// rule is a Rule that can be asked.
type rule struct {
	Rule
	parts []alternatives
	// late rules need to know the operation.
	late bool
}

// alternatives are parts of which the first counts that a request has.
type alternatives []part

// part is something of a request that makes its key: a kind, with the name of the header or claim.
type part struct{ kind, name string }

// readPart reads one part of By.
func readPart(text string) (part, error) {
	kind, name, named := strings.Cut(text, ".")
	switch kind {
	case "identity", "address", "operation":
		if !named {
			return part{kind: kind}, nil
		}
	case "header":
		if name != "" {
			return part{kind, http.CanonicalHeaderKey(name)}, nil
		}
	case "claim":
		if name != "" {
			return part{kind, name}, nil
		}
	}
	return part{}, fmt.Errorf("%q is none of identity, address, operation, claim.NAME, header.NAME", text)
}

// compile is a valid rule, ready to be asked.
func compile(r Rule) *rule {
	out := &rule{Rule: r, late: len(r.Operations)+len(r.Kinds) > 0 || r.Count == CountCost}
	for _, p := range r.By {
		var list alternatives
		for one := range strings.SplitSeq(p, "|") {
			found, _ := readPart(strings.TrimSpace(one)) // it is valid
			list = append(list, found)
			out.late = out.late || found.kind == "operation"
		}
		out.parts = append(out.parts, list)
	}
	return out
}

// take is what the rule takes for a request; false if it is not for such requests.
func (r *rule) take(a *Asked, namespace string) (take, bool) {
	if len(r.Operations) > 0 && !slices.Contains(r.Operations, a.Operation) || len(r.Kinds) > 0 && !slices.Contains(r.Kinds, a.Kind) {
		return take{}, false
	}
	digest := sha256.New()
	for _, list := range r.parts {
		value, ok := list.of(a)
		if !ok {
			return take{}, false
		}
		// With its length before it, no two lists of values come to the same bytes.
		_, _ = digest.Write([]byte(strconv.Itoa(len(value)) + ":" + value))
	}
	n := 1
	if r.Count == CountCost {
		n = max(a.Cost, 0)
	}
	key := namespace + "rate:" + r.Name + ":" + hex.EncodeToString(digest.Sum(nil)[:16])
	capacity := r.capacity(a)
	each := r.Interval / time.Duration(capacity)
	return take{key: key, n: n, capacity: capacity, each: each, burst: each * time.Duration(cmp.Or(r.Burst, capacity))}, true
}

// capacity is the bearer's own, if its claim says so, else the rule's.
func (r *rule) capacity(a *Asked) int {
	if r.CapacityClaim == "" || a.Claim == nil {
		return r.Capacity
	}
	text, _ := a.Claim(r.CapacityClaim)
	own, err := strconv.Atoi(text)
	if err != nil || own <= 0 || r.Interval/time.Duration(own) < shortest {
		return r.Capacity
	}
	return own
}

// of is the first value that the request has.
func (list alternatives) of(a *Asked) (string, bool) {
	for _, p := range list {
		if v, ok := p.of(a); ok {
			// The kind goes with it, or a header could pose as an identity.
			return p.kind + "." + p.name + ":" + v, true
		}
	}
	return "", false
}

func (p part) of(a *Asked) (string, bool) {
	switch p.kind {
	case "identity":
		return strconv.Itoa(len(a.Issuer)) + ":" + a.Issuer + a.Subject, a.Subject != ""
	case "address":
		return network(a.Address), a.Address.IsValid()
	case "operation":
		return a.Operation, true
	case "header":
		v := a.Header[p.name]
		return strings.Join(v, ","), len(v) > 0 && v[0] != ""
	}
	if a.Claim == nil {
		return "", false
	}
	v, ok := a.Claim(p.name)
	return v, ok && v != ""
}

// network is the address, or for IPv6 the network of 64 bits around it: whoever has one of its addresses has all.
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return p.String()
}
