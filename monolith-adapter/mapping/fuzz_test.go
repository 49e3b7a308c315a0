package mapping_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// FuzzParse: no text makes the parser panic, and what can be read is printed so that it reads as itself, and
// can be evaluated, trimmed and looked into, within the budget.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, section := range archive.Files {
			line, _, _ := strings.Cut(string(section.Data), "\n")
			f.Add(line, `{"id":7,"tags":["a"],"org":{"id":null}}`, byte(3))
		}
	}
	f.Fuzz(func(t *testing.T, source, data string, version byte) {
		s, err := mapping.Parse(source, mapping.Version(version%4+1))
		if err != nil {
			return
		}
		stable(t, s)
		_ = s.Output()
		_ = s.References()
		_ = s.Trim(mapping.Wanted{"id": nil, "org": {"id": nil}}).String()
		input, err := mapping.ParseJSON([]byte(data))
		if err != nil {
			return
		}
		v, _, err := s.Eval(input, mapping.Variables{"args": input}, mapping.Limits{Steps: 10_000})
		if err == nil && !v.IsMissing() && !json.Valid(v.Append(nil)) {
			t.Errorf("%q of %q gives %s, which is not JSON", source, data, v)
		}
	})
}

// FuzzParseJSON: what is read as JSON is JSON, and is written as the same value.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",null,true],"a":{}}`, `[]`, `"\ud800"`, "\"\\", `01`, `1.`, `{"":0}`, "\ufeff[]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := mapping.ParseJSON([]byte(text))
		plain := strings.TrimPrefix(text, "\ufeff")
		if err != nil {
			if json.Valid([]byte(plain)) && strings.ToValidUTF8(plain, "") == plain && !strings.Contains(err.Error(), "nested deeper") {
				t.Errorf("%q is refused: %v", text, err)
			}
			return
		}
		var want, got any
		if err := json.Unmarshal([]byte(plain), &want); err != nil {
			if json.Valid([]byte(plain)) {
				return // a number that encoding/json cannot hold
			}
			t.Fatalf("%q is read, and is not JSON: %v", text, err)
		}
		if err := json.Unmarshal(v.Append(nil), &got); err != nil {
			t.Fatalf("%q is written as %s: %v", text, v, err)
		}
		a, _ := json.Marshal(want)
		b, _ := json.Marshal(got)
		if string(a) != string(b) {
			t.Errorf("%q is %s, and is written as %s", text, a, b)
		}
	})
}
