package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// kinds are the media types of what a page may have.
var kinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".ttf": "font/ttf", ".txt": "text/plain; charset=utf-8",
}

// load reads what was packed, by the paths at which it is served, and says what all of these begin with.
func load(files fs.FS) (map[string]file, string, error) {
	names, err := fs.Glob(files, "*.gz") // sorted
	if err != nil {
		return nil, "", err
	}
	all := sha256.New()
	bodies := make([][]byte, len(names))
	for i, name := range names {
		if bodies[i], err = fs.ReadFile(files, name); err != nil {
			return nil, "", err
		}
		_, _ = fmt.Fprintf(all, "%s %d\n", name, len(bodies[i])) // a digest takes everything
		_, _ = all.Write(bodies[i])
	}
	at := Prefix + hex.EncodeToString(all.Sum(nil)[:8]) + "/"
	out := make(map[string]file, len(names))
	for i, name := range names {
		name = strings.TrimSuffix(name, ".gz")
		out[at+name] = file{packed: bodies[i], kind: kinds[path.Ext(name)]}
	}
	return out, at, nil
}

// serve writes the file as it is packed, which every browser can read, or unpacks it for who cannot.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	// A worker is under the policy of its own answer, not of the page's.
	h.Set("Content-Security-Policy", policy)
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
