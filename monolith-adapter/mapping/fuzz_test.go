package mapping_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// FuzzParse: no text makes the parser panic, and what can be read is printed so that it reads as itself and
// means the same; it can be evaluated, trimmed and looked into, within the budget.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, section := range archive.Files {
			line, _, _ := strings.Cut(string(section.Data), "\n")
			if v, rest, ok := strings.Cut(line, " | "); ok && mapping.Versions[v] != 0 {
				line = rest
			}
			f.Add(line, `{"id":7,"tags":["a"],"org":{"id":null},"gone":null,"first_name":"Ada"}`, byte(mapping.V03-1))
			f.Add(line, `{"id":7,"tags":["a"],"org":{"id":null},"gone":null,"first_name":"Ada"}`, byte(mapping.V04-1))
		}
	}
	f.Fuzz(func(t *testing.T, source, data string, version byte) {
		s, err := mapping.Parse(source, mapping.Version(version%4+1))
		if err != nil {
			return
		}
		again := stable(t, s)
		_ = s.Output()
		_ = s.References()
		_ = s.Lint()
		_ = s.Trim(mapping.Wanted{"id": nil, "org": {"id": nil}}).String()
		input, err := mapping.ParseJSON([]byte(data))
		if err != nil {
			return
		}
		trimmed(t, s, input)
		v, _, err := s.Eval(input, mapping.Variables{"args": input}, mapping.Limits{Steps: 10_000})
		if err == nil && !v.IsMissing() && !json.Valid(v.Append(nil)) {
			t.Errorf("%q of %q gives %s, which is not JSON", source, data, v)
		}
		if same, _, sameErr := again.Eval(input, mapping.Variables{"args": input}, mapping.Limits{Steps: 10_000}); err == nil && sameErr == nil && same.String() != v.String() {
			t.Errorf("%q of %q gives %s, but printed as %q it gives %s", source, data, v, s, same)
		}
	})
}

// trimmed checks that a trimmed selection makes the same of what is wanted, where nothing goes wrong.
func trimmed(t *testing.T, s *mapping.Selection, input mapping.Value) {
	t.Helper()
	wanted := mapping.Wanted{"id": nil, "org": {"id": nil}}
	vars, limits := mapping.Variables{"args": input}, mapping.Limits{Steps: 10_000}
	all, problems, err := s.Eval(input, vars, limits)
	some, _, errTrimmed := s.Trim(wanted).Eval(input, vars, limits)
	if err != nil || errTrimmed != nil || len(problems) > 0 {
		return
	}
	if want, got := only(all, wanted).String(), only(some, wanted).String(); got != want {
		t.Errorf("%q of %s gives %s, but trimmed to %q it gives %s", s.Source, input, want, s.Trim(wanted), got)
	}
}

// only is the value without the members that are not wanted; null if it has none of them, as a scalar is.
func only(v mapping.Value, w mapping.Wanted) mapping.Value {
	if w == nil {
		return v
	}
	var keys []string
	var vals []mapping.Value
	for i := range v.Len() {
		if v.Kind() == mapping.List {
			vals = append(vals, only(v.At(i), w))
		} else if inner, ok := w[v.Key(i)]; ok {
			keys, vals = append(keys, v.Key(i)), append(vals, only(v.At(i), inner))
		}
	}
	switch {
	case v.Kind() == mapping.List:
		return mapping.ListValue(vals)
	case len(keys) > 0:
		return mapping.ObjectValue(keys, vals)
	}
	return mapping.NullValue()
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
