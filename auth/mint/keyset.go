package mint

import (
	"net/http"
	"strconv"
	"time"
)

// KeySetPath is where services find the keys, on the listener of the graph.
const KeySetPath = "/.well-known/jwks.json"

// KeySet serves the published keys as a JWK set (RFC 7517, 5), with how long it may be remembered.
func (m *Mint) KeySet() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		body, err := m.keySet()
		if err != nil {
			m.parts.Logger.Error("key set", "error", err)
			http.Error(w, "the keys cannot be shown at the moment", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int(m.keys.patience()/time.Second)))
		_, _ = w.Write(body)
	})
}

func (m *Mint) keySet() ([]byte, error) {
	list, err := m.keys.published(m.parts.Now())
	if err != nil {
		return nil, err
	}
	out := []byte(`{"keys":[`)
	for i, k := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, `{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":"`+k.id+`","x":"`+k.x+`"}`...)
	}
	return append(out, "]}\n"...), nil
}
