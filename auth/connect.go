package auth

import (
	"errors"
	"net/http"
	"strings"
)

// Connect verifies who opens a connection that carries many requests: by the payload of its first message
// (connection_init), whose member of the header's name is read as the header is, and otherwise by the request that
// opened it. What it returns is that request with the identity in its context, and with the token where the
// header would be. It is asked for each request on the connection anew, as a token may have expired or been revoked.
func Connect(v *Verifier) func(r *http.Request, payload []byte) (*http.Request, error) {
	return func(r *http.Request, payload []byte) (*http.Request, error) {
		r, err := v.withPayload(r, payload)
		if err != nil {
			return nil, err
		}
		token, fault := v.token(r)
		switch {
		case fault != "":
			return nil, errors.New(fault)
		case token == "" && v.cfg.Mode == ModeRequired && !v.PerOperation():
			return nil, errors.New(v.Demand() + ", in the payload of connection_init")
		case token == "":
			return r, nil
		}
		identity, err := v.Verify(r.Context(), token)
		var bad *Error
		switch {
		case errors.As(err, &bad):
			return nil, errors.New(string(bad.Reason))
		case err != nil:
			return nil, errors.New("tokens cannot be verified at the moment; try again")
		}
		return r.WithContext(NewContext(r.Context(), identity)), nil
	}
}

// withPayload is the request with the payload's token in its header.
func (v *Verifier) withPayload(r *http.Request, payload []byte) (*http.Request, error) {
	members, err := readObject(payload)
	if err != nil {
		return nil, errors.New("the payload of connection_init cannot be read: " + err.Error())
	}
	var found []string
	for name, value := range members {
		if !strings.EqualFold(name, v.cfg.HeaderName) || value == nil {
			continue
		}
		text, ok := value.(string)
		if !ok {
			return nil, errors.New(v.cfg.HeaderName + " of connection_init is not a text")
		}
		found = append(found, text)
	}
	switch len(found) {
	case 0:
		return r, nil
	case 1:
		out := r.Clone(r.Context())
		out.Header.Set(v.cfg.HeaderName, found[0])
		return out, nil
	}
	return nil, errors.New("the payload of connection_init has more than one " + v.cfg.HeaderName)
}
