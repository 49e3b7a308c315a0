package mapping_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// TestConformance runs the cases in testdata. A file is a theme. Each of its sections is one case: the name
// says what it shows, the lines before `=>` are the selection (`v0.1 |` in front sets the version) with its
// `data:`, `vars:` and `limits:`, those after it the value, the problems, or the syntax error. UPDATE=1 rewrites what is after.
func TestConformance(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, section := range archive.Files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+section.Name, func(t *testing.T) {
				input, want, _ := strings.Cut(string(section.Data), "=>\n")
				got := run(t, input)
				if os.Getenv("UPDATE") != "" {
					archive.Files[i].Data = []byte(input + "=>\n" + got)
				} else if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", input, diff)
				}
			})
		}
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// run evaluates the input of a case.
func run(t *testing.T, input string) string {
	t.Helper()
	version, data := mapping.V03, mapping.Value{}
	vars := mapping.Variables{}
	limits := mapping.Limits{}
	var selection []string
	for line := range strings.Lines(input) {
		v, rest, ok := strings.Cut(line, " | ")
		switch {
		case strings.HasPrefix(line, "data: "):
			data = parse(t, line[6:])
		case strings.HasPrefix(line, "limits: "):
			if err := json.Unmarshal([]byte(line[8:]), &limits); err != nil {
				t.Fatal(err)
			}
		case strings.HasPrefix(line, "vars: "):
			all := parse(t, line[6:])
			for i := range all.Len() {
				vars[all.Key(i)] = all.At(i)
			}
		case ok && mapping.Versions[v] != 0:
			version = mapping.Versions[v]
			selection = append(selection, rest)
		default:
			selection = append(selection, line)
		}
	}
	s, err := mapping.Parse(strings.TrimSuffix(strings.Join(selection, ""), "\n"), version)
	if err != nil {
		return "syntax error " + err.Error() + "\n"
	}
	again := stable(t, s)
	v, problems, err := s.Eval(data, vars, limits)
	if same, _, sameErr := again.Eval(data, vars, limits); sameErr == nil && same.String() != v.String() {
		t.Errorf("gives %s, but printed as %q it gives %s", v, s, same)
	}
	var b strings.Builder
	if v.IsMissing() {
		fmt.Fprintln(&b, "(missing)")
	} else {
		fmt.Fprintln(&b, v)
	}
	for _, p := range problems {
		fmt.Fprintf(&b, "problem %s\n", p)
	}
	if err != nil {
		fmt.Fprintf(&b, "error %v\n", err)
	}
	return b.String()
}

// stable checks that a printed selection reads as itself, and gives it as it is read again.
func stable(t *testing.T, s *mapping.Selection) *mapping.Selection {
	t.Helper()
	again, err := mapping.Parse(s.String(), s.Version)
	if err != nil {
		t.Fatalf("printed as %q, which cannot be read: %v", s, err)
	} else if again.String() != s.String() {
		t.Errorf("printed as %q, and then as %q", s, again)
	}
	return again
}

func parse(t *testing.T, text string) mapping.Value {
	t.Helper()
	v, err := mapping.ParseJSON([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}
