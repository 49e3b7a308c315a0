package suite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/monolith-adapter/suite"
)

// TestSuites runs the archives in testdata: files of a suite with its schema.graphql, and `printed`, what is printed
// of its results, or of what is wrong with it.
func TestSuites(t *testing.T) {
	here, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(here, "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatal("no suites in testdata", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := printed(t, a)
			last := &a.Files[len(a.Files)-1]
			if os.Getenv("UPDATE") != "" {
				last.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(last.Data), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// printed writes the files of an archive but the last, and runs the suites among them.
func printed(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range a.Files[:len(a.Files)-1] {
		file := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	files, err := suite.Find([]string{"."})
	if err != nil {
		return err.Error() + "\n"
	}
	var out bytes.Buffer
	var report suite.Report
	for _, file := range files {
		s, err := suite.Load(file, "", schemas)
		if err != nil {
			out.WriteString(err.Error() + "\n")
			continue
		}
		report = append(report, suite.Ran{Suite: s, Results: s.Run(t.Context())})
	}
	report.Print(&out, false)
	return out.String()
}

func schemas(file string) (*monolith.Connectors, monolith.Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, monolith.Config{}, err
	}
	c, err := monolith.Declared("library", filepath.Base(file), string(text))
	// What is configured for one place is not part of a suite, but $config is.
	cfg := monolith.Config{Sources: map[string]monolith.SourceConfig{"library.api": {OverrideURL: "http://elsewhere.example", Config: map[string]any{"tenant": "t0"}}}}
	return c, cfg, err
}
