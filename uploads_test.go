package main_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// albums is a service by gqlgen that stores files, and answers with their digests.
type albums struct {
	schema *ast.Schema
	mu     sync.Mutex
	stored []string
}

const albumsGraph = `
scalar Upload
input Picture { title: String file: Upload! }
type Query { pictures(like: Upload): Int }
type Mutation { add(file: Upload!): String addAll(files: [Upload!]!): String addPicture(picture: Picture!): String }
`

func newAlbums(t *testing.T) (*albums, string) {
	t.Helper()
	a := &albums{schema: gqlparser.MustLoadSchema(&ast.Source{Input: albumsGraph})}
	h := handler.New(a)
	h.AddTransport(transport.MultipartForm{MaxUploadSize: 64 << 20, MaxMemory: 1 << 20})
	h.AddTransport(transport.POST{})
	return a, serving(t, h.ServeHTTP).URL
}

// Schema implements graphql.ExecutableSchema.
func (a *albums) Schema() *ast.Schema { return a.schema }

// Complexity implements graphql.ExecutableSchema.
func (a *albums) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Exec implements graphql.ExecutableSchema: the answer to each field is what was stored for its arguments.
func (a *albums) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	data := map[string]any{}
	for _, s := range op.Operation.SelectionSet {
		f := s.(*ast.Field)
		var stored []string
		for _, arg := range f.ArgumentMap(op.Variables) {
			stored = append(stored, a.store(arg)...)
		}
		data[f.Alias] = strings.Join(stored, ",")
	}
	text, err := json.Marshal(data)
	if err != nil {
		return graphql.OneShot(graphql.ErrorResponse(ctx, "%s", err))
	}
	return graphql.OneShot(&graphql.Response{Data: text})
}

// store keeps the digests of files in a value.
func (a *albums) store(v any) []string {
	switch v := v.(type) {
	case graphql.Upload:
		sum := sha256.New()
		n, _ := io.Copy(sum, v.File)
		text := fmt.Sprintf("%s %s %d %s", v.Filename, v.ContentType, n, hex.EncodeToString(sum.Sum(nil))[:8])
		a.mu.Lock()
		defer a.mu.Unlock()
		a.stored = append(a.stored, text)
		return []string{text}
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, a.store(e)...)
		}
		return out
	case map[string]any:
		return append([]string{fmt.Sprint(v["title"])}, a.store(v["file"])...)
	}
	return nil
}

// part is a file in a request.
type part struct {
	key, name, kind string
	content         io.Reader
}

// sendFiles posts an operation with files, which are not held in memory here either.
func sendFiles(t *testing.T, url, operations, where string, header map[string]string, parts ...part) (int, string) {
	t.Helper()
	from, to := io.Pipe()
	w := multipart.NewWriter(to)
	go func() {
		_ = w.WriteField("operations", operations)
		_ = w.WriteField("map", where)
		for _, p := range parts {
			h := map[string][]string{"Content-Disposition": {multipart.FileContentDisposition(p.key, p.name)}, "Content-Type": {p.kind}}
			if to, err := w.CreatePart(h); err == nil {
				_, _ = io.Copy(to, p.content)
			}
		}
		_ = w.Close()
		_ = to.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, from)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	for name, v := range header {
		r.Header.Set(name, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// withFiles serves a graph of two services and a mock, and takes files.
func withFiles(t *testing.T) (*process, *albums, string) {
	t.Helper()
	a, url := newAlbums(t)
	b, other := newAlbums(t)
	t.Cleanup(func() {
		if len(b.stored) > 0 {
			t.Errorf("the other service got %q", b.stored)
		}
	})
	file := filepath.Join(t.TempDir(), "ficus.yaml")
	text := fmt.Sprintf(`admin: {listen: 'off'}
environment: dev
batching: {enabled: true}
file_uploads: {enabled: true, max_file_size: 25000000, max_files: 3}
subgraphs:
  albums: {routing_url: %q, schema: {sdl: %q}}
  other: {routing_url: %q, schema: {sdl: "scalar Upload type Mutation { keep(file: Upload): String }"}}
  made: {mock: always, schema: {sdl: "scalar Upload type Mutation { dream(file: Upload): String }"}}
`, url, albumsGraph, other)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "serve", "--config", file, "--listen", "127.0.0.1:0")
	_, address, _ := strings.Cut(p.line("address="), "address=")
	address, _, _ = strings.Cut(address, " ")
	return p, a, "http://" + address + "/graphql"
}

var preflight = map[string]string{"Apollo-Require-Preflight": "true"}

func TestFilesGetToTheirService(t *testing.T) {
	_, _, url := withFiles(t)
	small := func(key, text string) part { return part{key, key + ".txt", "text/plain", strings.NewReader(text)} }
	for _, c := range []struct {
		name, operations, where string
		parts                   []part
		status                  int
		want                    string
	}{
		{
			"one", `{"query":"mutation($f: Upload!) { add(file: $f) }","variables":{"f":null}}`, `{"0":["variables.f"]}`,
			[]part{small("0", "hello")},
			200, `{"data":{"add":"0.txt text/plain 5 2cf24dba"}}`,
		},
		{
			"several, in a list", `{"query":"mutation($f: [Upload!]!) { addAll(files: $f) }","variables":{"f":[null,null]}}`, `{"a":["variables.f.1"],"b":["variables.f.0"]}`,
			[]part{small("b", "hello"), small("a", "")},
			200, `{"data":{"addAll":"b.txt text/plain 5 2cf24dba,a.txt text/plain 0 e3b0c442"}}`,
		},
		{
			"in an input, beside another value", `{"query":"mutation($p: Picture!) { addPicture(picture: $p) }","variables":{"p":{"title":"t","file":null}}}`, `{"0":["variables.p.file"]}`,
			[]part{small("0", "hello")},
			200, `{"data":{"addPicture":"t,0.txt text/plain 5 2cf24dba"}}`,
		},
		{
			"to two services", `{"query":"mutation($f: Upload!) { add(file: $f) keep(file: $f) }","variables":{"f":null}}`, `{"0":["variables.f"]}`,
			[]part{small("0", "hello")},
			200, `the file is sent to one service, and another one is to get it too`,
		},
		{
			"to what is made up", `{"query":"mutation($f: Upload!) { dream(file: $f) }","variables":{"f":null}}`, `{"0":["variables.f"]}`,
			[]part{small("0", "hello")},
			200, `files can only be sent to a service, and this field is answered by none`,
		},
		{
			"with a query", `{"query":"query($f: Upload) { pictures(like: $f) }","variables":{"f":null}}`, `{"0":["variables.f"]}`,
			[]part{small("0", "hello")},
			200, `"message":"files can only be sent with a mutation, and this is a query","extensions":{"code":"FILE_UPLOAD_MISPLACED"}`,
		},
		{
			"in a batch", `[{"query":"mutation($f: Upload!) { add(file: $f) }","variables":{"f":null}}]`, `{"0":["0.variables.f"]}`,
			[]part{small("0", "hello")},
			400, `lists of operations have none`,
		},
		{
			"too many", `{"query":"mutation($f: [Upload!]!) { addAll(files: $f) }","variables":{"f":[null,null,null,null]}}`,
			`{"a":["variables.f.0"],"b":["variables.f.1"],"c":["variables.f.2"],"d":["variables.f.3"]}`,
			nil, 413, `"limit":"file_uploads.max_files","max":3,"actual":4`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := sendFiles(t, url, c.operations, c.where, preflight, c.parts...)
			if status != c.status || !strings.Contains(body, c.want) {
				t.Errorf("HTTP %d %s, want %d %s", status, body, c.status, c.want)
			}
		})
	}
	status, body := sendFiles(t, url, `{"query":"mutation($f: Upload!) { add(file: $f) }","variables":{"f":null}}`, `{"0":["variables.f"]}`, nil, small("0", "x"))
	if status != 400 || !strings.Contains(body, "CSRF_ERROR") {
		t.Errorf("without a header that forms cannot send: HTTP %d %s", status, body)
	}
}

// TestLargeFilesAreNotHeldInMemory: ten of 20 MB at one time.
func TestLargeFilesAreNotHeldInMemory(t *testing.T) {
	p, a, url := withFiles(t)
	before := peak(t, p)
	block := bytes.Repeat([]byte("0123456789abcdef"), 64)
	const size = 20 << 20
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			content := io.LimitReader(endless(block), size)
			status, body := sendFiles(t, url, `{"query":"mutation($f: Upload!) { add(file: $f) }","variables":{"f":null}}`, `{"0":["variables.f"]}`, preflight, part{"0", "large", "image/png", content})
			if status != 200 || !strings.Contains(body, fmt.Sprintf(`{"data":{"add":"large image/png %d `, size)) {
				t.Errorf("HTTP %d %s", status, body)
			}
		})
	}
	all.Wait()
	if len(a.stored) != 10 {
		t.Errorf("%d files were stored", len(a.stored))
	}
	grown := peak(t, p) - before
	t.Logf("%d kB at most, %d kB more than before", before+grown, grown)
	if grown > 40<<10 {
		t.Errorf("memory grew by %d kB for 200 MB of files", grown)
	}
	status, body := sendFiles(t, url, `{"query":"mutation($f: Upload!) { add(file: $f) }","variables":{"f":null}}`, `{"0":["variables.f"]}`, preflight, part{"0", "larger", "image/png", io.LimitReader(endless(block), 26_000_000)})
	if status != 413 || !strings.Contains(body, `"limit":"file_uploads.max_file_size","max":25000000`) {
		t.Errorf("HTTP %d %s", status, body)
	}
}

// endless reads the block again and again.
type endless []byte

func (e endless) Read(p []byte) (n int, err error) { return copy(p, e), nil }

// peak is the largest size that a process ever had, in kB.
func peak(t *testing.T, p *process) (kB int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skip("this system does not say how large processes are")
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		t.Fatal(err)
	}
	return kB
}
