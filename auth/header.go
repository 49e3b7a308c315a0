package auth

import (
	"errors"
	"strings"
)

// header is what is read of a token's header. Members that say where its key is found, or that its payload is
// compressed, are not looked at: RFC 7515, 4 has a reader ignore what it does not know.
type header struct {
	alg, kid string
	// typ is in small letters and without "application/" (RFC 7515, 4.1.9).
	typ string
}

// readHeader reads a token's header.
func readHeader(text []byte) (header, error) {
	malformed := func(cause error) (header, error) { return header{}, &Error{Reason: ReasonMalformed, Cause: cause} }
	members, err := readObject(text)
	if err != nil {
		return malformed(err)
	}
	// crit names extensions that must be understood; none is.
	if _, critical := members["crit"]; critical {
		return malformed(errors.New("it has critical extensions"))
	}
	// RFC 7797, 7: a JWT is not signed over a payload that is not encoded.
	if b64, given := members["b64"]; given && b64 != true {
		return malformed(errors.New("its payload is not encoded"))
	}
	var out header
	for _, m := range []struct {
		name string
		into *string
	}{{"alg", &out.alg}, {"kid", &out.kid}, {"typ", &out.typ}} {
		v, given := members[m.name]
		text, ok := v.(string)
		if given && !ok {
			return malformed(errors.New(m.name + " is not a text"))
		}
		*m.into = text
	}
	out.typ = strings.TrimPrefix(strings.ToLower(out.typ), "application/")
	return out, nil
}

// otherTypes are the types of tokens that an issuer signs with the same keys and that say nothing of who makes a
// request, by their own specifications: taken for one that does, they let in whom nobody let in (RFC 8725, 2.8).
var otherTypes = map[string]bool{
	"logout+jwt": true, "secevent+jwt": true, "dpop+jwt": true, "oauth-authz-req+jwt": true, "token-introspection+jwt": true,
	"kb+jwt": true, "entity-statement+jwt": true, "oauth-client-attestation+jwt": true, "oauth-client-attestation-pop+jwt": true,
}
