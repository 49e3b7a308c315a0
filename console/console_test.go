package console_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ficusgraph/ficus/console"
)

const script = `console.log("it is the page's script")`

// built are files as build.mjs makes them.
func built(t *testing.T) fs.FS {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := io.WriteString(w, script); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"placeholder.txt": {Data: []byte("nothing")},
		"index.html":      {Data: []byte(`<html data-graph="{{.Graph}}" data-header="{{.Header}}" data-scenarios="{{.Scenarios}}"><script src="{{.Files}}console.js"></script>`)},
		"console.js.gz":   {Data: packed.Bytes()},
	}
}

func get(t *testing.T, h http.Handler, path string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestNotBuilt: a program that was compiled without the page has none, and says so.
func TestNotBuilt(t *testing.T) {
	_, err := console.New(fstest.MapFS{"placeholder.txt": {}}, console.Facts{})
	if !errors.Is(err, console.ErrNotBuilt) || !strings.Contains(err.Error(), "make console") {
		t.Errorf("got %v", err)
	}
}

// TestDist: what is compiled in is what lies in dist, be the page built or not.
func TestDist(t *testing.T) {
	files, err := console.Dist()
	if err != nil {
		t.Fatal(err)
	}
	_, there := os.Stat("dist/index.html")
	_, err = console.New(files, console.Facts{})
	if (there == nil) != (err == nil) {
		t.Errorf("in the folder: %v; in the program: %v", there, err)
	}
}

// TestPage: the page knows its gateway, and its policy lets it load nothing from elsewhere and run no text.
func TestPage(t *testing.T) {
	p, err := console.New(built(t), console.Facts{Graph: `/api/"graph`, Header: "X-Proof"})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/graphql"} {
		got := get(t, p, path)
		if body := text(t, got.Body); !strings.HasPrefix(body, `<html data-graph="/api/&#34;graph" data-header="X-Proof" data-scenarios="">`) {
			t.Errorf("%s: %s", path, body)
		}
		policy := got.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self';") || strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
	}
}

// TestFiles: files are served as they were packed, for good, and unpacked for who cannot do so.
func TestFiles(t *testing.T) {
	p, err := console.New(built(t), console.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	_, path, _ := strings.Cut(text(t, get(t, p, "/").Body), `src="`)
	path, _, _ = strings.Cut(path, `"`)
	if !strings.HasPrefix(path, console.Prefix) || !strings.HasSuffix(path, "/console.js") {
		t.Fatalf("the script is at %s", path)
	}
	packed := get(t, p, path, "Accept-Encoding", "br, gzip")
	if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("packed: %v", packed.Header)
	}
	r, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, r); got != script {
		t.Errorf("packed: %s", got)
	}
	plain := get(t, p, path)
	if got := text(t, plain.Body); got != script || plain.Header.Get("Content-Encoding") != "" {
		t.Errorf("unpacked: %s %v", got, plain.Header)
	}
	if plain.Header.Get("Content-Security-Policy") == "" {
		t.Error("workers would be under no policy")
	}
	if cache := plain.Header.Get("Cache-Control"); !strings.Contains(cache, "immutable") {
		t.Errorf("cached: %s", cache)
	}
	for _, wrong := range []string{console.Prefix, console.Prefix + "console.js", console.Prefix + "0/console.js", path + ".gz", path + "/../index.html"} {
		if got := get(t, p, wrong); got.StatusCode != http.StatusNotFound || got.Header.Get("Cache-Control") != "" {
			t.Errorf("%q: %d %v", wrong, got.StatusCode, got.Header)
		}
	}
}
