package mocks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Connect is the request that opened a WebSocket with what its client asks of the mock source, for one operation: by its header
// and cookies, or by members of those names in the payload of connection_init, which go before. A session begins by its name: none is
// given to a client that has none, as it could not be told.
func (g *Gate) Connect(r *http.Request, payload []byte) (*http.Request, error) {
	asked, err := withPayload(r, payload)
	if err != nil {
		return nil, err
	}
	request, refused := g.request(asked)
	switch {
	case refused != nil:
		return nil, errors.New(refused.message)
	case request.Choice != nil && request.Choice.Reset:
		return nil, fmt.Errorf("%s: %s is for one request, and not for all of a connection", HeaderChoice, resetWord)
	}
	request.NewSession = nil
	return r.WithContext(NewContext(r.Context(), request)), nil
}

// withPayload is the request with the headers that the payload has instead.
func withPayload(r *http.Request, payload []byte) (*http.Request, error) {
	if !bytes.Contains(bytes.ToLower(payload), []byte("ficus-mock")) {
		return r, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, errors.New("the payload of connection_init is no object")
	}
	out := r.Clone(r.Context())
	for _, name := range slices.Sorted(maps.Keys(members)) {
		for _, header := range []string{HeaderChoice, HeaderSession, HeaderGrant} {
			if !strings.EqualFold(name, header) {
				continue
			}
			var text string
			if err := json.Unmarshal(members[name], &text); err != nil {
				return nil, fmt.Errorf("%s: is to be a text, in the payload of connection_init", header)
			}
			out.Header.Set(header, text)
		}
	}
	return out, nil
}
