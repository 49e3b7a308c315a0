package subgraph

import (
	"io"
	"testing"
)

// Upload is a request's body, its repetition, and what ends the reading of both.
func Upload(data []byte) (body io.ReadCloser, again func() (io.ReadCloser, error), detach func()) {
	u := &upload{data: data}
	return u, u.again, u.detach
}

// Hosted has a service spoken to by net/http, as if it had TLS.
func Hosted(t *testing.T, r *Remote, cfg Config) {
	t.Helper()
	r.closeIdle()
	secure, err := cfg.TLS.config(r.name)
	if err != nil {
		t.Fatal(err)
	}
	r.sites.all[0].sender = newHosted(r.sites.all[0].url, r.header, cfg.shaping(r.name), secure)
}

// Class is how many bytes the buffers for answers of a size hold.
func Class(size int) (number, holds int) { return class(size) }
