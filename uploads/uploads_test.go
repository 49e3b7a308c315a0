package uploads_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/uploads"
)

const boundary = "b"

// request is parts of a name and a content; a name with a dot is a file's.
func request(parts ...string) string {
	var out strings.Builder
	for i := 0; i < len(parts); i += 2 {
		name, file, is := strings.Cut(parts[i], ".")
		fmt.Fprintf(&out, "--%s\r\nContent-Disposition: form-data; name=%q", boundary, name)
		if is {
			fmt.Fprintf(&out, "; filename=%q\r\nContent-Type: text/plain; charset=utf-8", file)
		}
		fmt.Fprintf(&out, "\r\n\r\n%s\r\n", parts[i+1])
	}
	return out.String() + "--" + boundary + "--\r\n"
}

const (
	operation = `{"query":"mutation($f: Upload) { add(file: $f) }"}`
	toF       = `{"0":["variables.f"]}`
)

func read(t *testing.T, cfg uploads.Config, text string) (*uploads.Received, error) {
	t.Helper()
	return uploads.NewReceiver(cfg).Read(strings.NewReader(text), boundary, 1000)
}

func TestRequestsThatAreRefused(t *testing.T) {
	whole := request("operations", operation, "map", toF, "0.a", "x")
	for name, c := range map[string]struct {
		cfg  uploads.Config
		text string
		want string
	}{
		"nothing":                 {text: "", want: `the part "operations" is missing`},
		"no form":                 {text: "hello", want: `the part "operations" is missing`},
		"cut off in a file":       {text: whole[:len(whole)-8], want: "read the request"},
		"cut off in a header":     {text: whole[:len(whole)-40], want: `the file "0" of the map is missing`},
		"no operations":           {text: request(), want: `the part "operations" is missing`},
		"the map first":           {text: request("map", toF), want: `the part "map" comes where "operations" belongs`},
		"no map":                  {text: request("operations", operation), want: `the part "map" is missing`},
		"a map that is none":      {text: request("operations", operation, "map", "[]"), want: "map: must be a JSON object"},
		"a map of something else": {text: request("operations", operation, "map", `{"0":"variables.f"}`), want: "map: must be a JSON object"},
		"a file for nothing":      {text: request("operations", operation, "map", `{"0":[]}`), want: `the file "0" belongs nowhere`},
		"a place elsewhere":       {text: request("operations", operation, "map", `{"0":["query"]}`), want: `"query" is no place of a file`},
		"a file that is missing":  {text: request("operations", operation, "map", `{"0":["variables.f"],"1":["variables.g"]}`, "0.a", "x"), want: `the file "1" of the map is missing`},
		"a file that is not told": {text: request("operations", operation, "map", toF, "0.a", "x", "1.a", "x"), want: `the part "1" is not in the map`},
		"a file twice":            {text: request("operations", operation, "map", toF, "0.a", "x", "0.a", "x"), want: `the file "0" comes twice`},
		"a long operation":        {text: request("operations", strings.Repeat("x", 1001), "map", toF), want: "limits.http_max_request_bytes: the request has 1001 or more, and may have 1000"},
		"too many files":          {uploads.Config{MaxFiles: 1}, request("operations", operation, "map", `{"0":["variables.f"],"1":["variables.g"]}`), "file_uploads.max_files: the request has 2 or more, and may have 1"},
		"a large file":            {uploads.Config{MaxFileSize: 10}, request("operations", operation, "map", toF, "0.a", strings.Repeat("x", 11)), "file_uploads.max_file_size: the request has 11 or more, and may have 10"},
		"large files":             {uploads.Config{MaxTotalSize: 10, MaxFileSize: 9}, request("operations", operation, "map", `{"0":["variables.f"],"1":["variables.g"]}`, "0.a", "123456", "1.b", "12345"), "file_uploads.max_total_size: the request has 11 or more, and may have 10"},
		"no disk":                 {uploads.Config{MaxMemory: 1, Directory: "/nowhere/at/all"}, request("operations", operation, "map", toF, "0.a", "xx"), "hold a file on disk"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, c.cfg, c.text)
			if err == nil {
				got.Set.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestWhereFilesBelong(t *testing.T) {
	for _, c := range []struct{ variables, where, want string }{
		{`{"f":null,"g":1}`, toF, ""},
		{`{"f": [ 1, {"a":[null, null]}, null ]}`, `{"0":["variables.f.1.a.1","variables.f.2"]}`, ""},
		{`{"x":{"f":null},"f":null}`, toF, ""},
		{`{"g":null}`, toF, "operations has no null at f, where the file 0 belongs"},
		{`{"f":"there"}`, toF, "operations has no null at f"},
		{`{"f":{}}`, toF, "operations has no null at f"},
		{`{"f":[null]}`, `{"0":["variables.f.1"]}`, "operations has no null at f.1"},
		{`{"f":null}`, `{"0":["variables.f","variables.f"]}`, "f has two files"},
	} {
		got, err := read(t, uploads.Config{}, request("operations", operation, "map", c.where, "0.a", "x"))
		if err != nil {
			t.Fatal(err)
		}
		out, err := got.Place([]byte(c.variables))
		switch {
		case c.want != "":
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", c.variables, err, c.want)
			}
		case err != nil:
			t.Errorf("%s: %v", c.variables, err)
		default:
			form, err := got.Set.Form(out, out)
			if err != nil {
				t.Fatal(err)
			}
			operations, places, _ := parts(t, form)
			if operations != c.variables {
				t.Errorf("%s became %s", c.variables, operations)
			}
			if diff := cmp.Diff(c.where, places); diff != "" {
				t.Error(diff)
			}
		}
		got.Set.Close()
	}
}

// parts are those of a request to a service; files are "name, type: content".
func parts(t *testing.T, form *uploads.Form) (operations, where string, files []string) {
	t.Helper()
	text, err := io.ReadAll(form.Open())
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(text)) != form.Length {
		t.Errorf("%d bytes are announced, and %d come", form.Length, len(text))
	}
	_, params, err := mime.ParseMediaType(form.ContentType)
	if err != nil {
		t.Fatal(err)
	}
	r := multipart.NewReader(bytes.NewReader(text), params["boundary"])
	for n := 0; ; n++ {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return operations, where, files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(p)
		switch n {
		case 0:
			operations = string(content)
		case 1:
			where = string(content)
		default:
			files = append(files, fmt.Sprintf("%s, %s: %s", p.FileName(), p.Header.Get("Content-Type"), content))
		}
	}
}

// TestFilesGoToOneFetch, and only with the variables that have them; wherever they are held.
func TestFilesGoToOneFetch(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("y", 100)
	got, err := read(t, uploads.Config{MaxMemory: 10, Directory: dir}, request("operations", operation, "map", `{"a":["variables.f"],"b":["variables.g"]}`, `b.l"o.txt`, long, "a.s.txt", "short"))
	if err != nil {
		t.Fatal(err)
	}
	variables, err := got.Place([]byte(`{"f":null,"g":null}`))
	if err != nil {
		t.Fatal(err)
	}
	ctx := uploads.NewContext(t.Context(), got.Set)
	s := uploads.FromContext(ctx)
	if form, err := s.Form([]byte(`{}`), []byte(`{"f":null}`)); form != nil || err != nil {
		t.Errorf("variables without files: %v, %v", form, err)
	}
	form, err := s.Form(append(append([]byte(`{"variables":`), variables...), '}'), variables)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a request can be sent again
		operations, where, files := parts(t, form)
		if operations != `{"variables":{"f":null,"g":null}}` || where != `{"0":["variables.f"],"1":["variables.g"]}` {
			t.Errorf("%s, %s", operations, where)
		}
		want := []string{"s.txt, text/plain; charset=utf-8: short", `l"o.txt, text/plain; charset=utf-8: ` + long}
		if diff := cmp.Diff(want, files); diff != "" {
			t.Error(diff)
		}
	}
	if _, err := s.Form(variables, variables); !errors.Is(err, uploads.ErrTaken) {
		t.Errorf("a second fetch: %v", err)
	}
	s.Close()
	s.Close()
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if uploads.FromContext(context.Background()).In(variables) {
		t.Error("there are files where none came")
	}
}

// TestTheRoomForAllFilesIsBounded, and given back.
func TestTheRoomForAllFilesIsBounded(t *testing.T) {
	r := uploads.NewReceiver(uploads.Config{MaxFileSize: 60, MaxTotalSize: 60, MaxHeldSize: 100})
	ask := func(size int) (*uploads.Received, error) {
		return r.Read(strings.NewReader(request("operations", operation, "map", toF, "0.a", strings.Repeat("x", size))), boundary, 1000)
	}
	first, err := ask(60)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(50); !errors.Is(err, uploads.ErrFull) {
		t.Errorf("%v", err)
	}
	second, err := ask(40)
	if err != nil {
		t.Fatalf("what was refused takes room: %v", err)
	}
	first.Set.Close()
	second.Set.Close()
	third, err := ask(60)
	if err != nil {
		t.Fatalf("what has ended takes room: %v", err)
	}
	third.Set.Close()
}

func FuzzRead(f *testing.F) {
	f.Add(request("operations", operation, "map", toF, "0.a", "x"), `{"f":null}`)
	f.Add(request("operations", operation, "map", `{"0":["variables.f.1.a","variables.g"]}`, "0.a", "x"), `{"f":[1,{"a":null}],"g":null}`)
	f.Fuzz(func(t *testing.T, text, variables string) {
		got, err := read(t, uploads.Config{MaxMemory: 4}, text)
		if err != nil {
			return
		}
		defer got.Set.Close()
		out, err := got.Place([]byte(variables))
		if err != nil {
			return
		}
		form, err := got.Set.Form(out, out)
		if err != nil || form == nil {
			return
		}
		if operations, _, _ := parts(t, form); operations != variables {
			t.Errorf("%q became %q", variables, operations)
		}
	})
}
