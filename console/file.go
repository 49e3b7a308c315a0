package console

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// serve writes the file as it is packed, which every browser can read, or unpacks it for who cannot. Files keep their
// names from version to version, so browsers ask each time whether they have changed.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	// A worker is under the policy of its own answer, not of the page's.
	h.Set("Content-Security-Policy", policy)
	h.Set("ETag", f.tag)
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(f.packed) // a client that left reads nothing
		return
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(f.packed))
	if err != nil {
		http.Error(w, "the file is damaged; build the console again", http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(w, unpacked) //nolint:gosec // built with the program, nothing of a request
}
