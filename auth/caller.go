package auth

import "net/http"

// Caller is who sends a request that is not the graph's to answer: nobody is refused, and who cannot be verified is nobody.
func (v *Verifier) Caller(r *http.Request) *Identity {
	brought, fault := v.brought(r)
	if fault != "" || brought == (credential{}) {
		return nil
	}
	known, err := v.identify(r, brought)
	if err != nil {
		return nil
	}
	return FromContext(known.Context())
}
