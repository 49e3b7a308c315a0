package auth

import (
	"errors"
	"net/http"
	"strings"
)

// Connect verifies who opens a connection that carries many requests: by the payload of its first message
// (connection_init), whose member of a header's name is read as that header is, and otherwise by the request that
// opened it. What it returns is that request with the identity in its context, and with the token where the
// header would be. It is asked for each request on the connection anew, as a token may have expired or been revoked.
func Connect(v *Verifier) func(r *http.Request, payload []byte) (*http.Request, error) {
	return func(r *http.Request, payload []byte) (*http.Request, error) {
		r, err := v.withPayload(r, payload)
		if err != nil {
			return nil, err
		}
		brought, fault := v.brought(r)
		switch {
		case fault != "":
			return nil, errors.New(fault)
		case brought == credential{} && v.cfg.Mode == ModeRequired && !v.PerOperation():
			return nil, errors.New(v.Demand() + ", in the payload of connection_init")
		case brought == credential{}:
			return r, nil
		}
		known, err := v.identify(r, brought)
		var bad *Error
		switch {
		case errors.As(err, &bad):
			return nil, errors.New(string(bad.Reason))
		case err != nil:
			return nil, errors.New(brought.unavailable())
		}
		return known, nil
	}
}

// withPayload is the request with the payload's token or API key in its header. Where the payload has either, neither
// of the request that opened the connection counts: a page cannot choose the headers of that one.
func (v *Verifier) withPayload(r *http.Request, payload []byte) (*http.Request, error) {
	members, err := readObject(payload)
	if err != nil {
		return nil, errors.New("the payload of connection_init cannot be read: " + err.Error())
	}
	token, err := member(members, v.cfg.HeaderName)
	if err != nil {
		return nil, err
	}
	key := ""
	if v.keys != nil {
		if key, err = member(members, v.apiKeys.HeaderName); err != nil {
			return nil, err
		}
	}
	if token == "" && key == "" {
		return r, nil
	}
	out := r.Clone(r.Context())
	out.Header.Del(v.cfg.HeaderName)
	if token != "" {
		out.Header.Set(v.cfg.HeaderName, token)
	}
	if v.keys != nil {
		out.Header.Del(v.apiKeys.HeaderName)
	}
	if key != "" {
		out.Header.Set(v.apiKeys.HeaderName, key)
	}
	return out, nil
}

// member is the text of a payload's member of the name, in letters of either case; empty if there is none.
func member(members map[string]any, name string) (string, error) {
	var found []string
	for n, value := range members {
		if !strings.EqualFold(n, name) || value == nil {
			continue
		}
		text, ok := value.(string)
		if !ok {
			return "", errors.New(name + " of connection_init is not a text")
		}
		found = append(found, text)
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", errors.New("the payload of connection_init has more than one " + name)
}
