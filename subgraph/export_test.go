package subgraph

import "io"

// Upload is a request's body, its repetition, and what ends the reading of both.
func Upload(data []byte) (body io.ReadCloser, again func() (io.ReadCloser, error), detach func()) {
	u := &upload{data: data}
	return u, u.again, u.detach
}
