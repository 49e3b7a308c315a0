// Package scenario runs tests that are files: txtar archives, of which some sections are given and the others are
// what the code under test makes of them. UPDATE=1 writes those, and the difference is reviewed like code.
package scenario

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// Each runs every file that the pattern finds, of which there must be some, as a test of its own, named by its path
// from where the pattern's first star stands. run gives the file as it should be.
func Each(t *testing.T, pattern string, run func(t *testing.T, a *txtar.Archive) *txtar.Archive) {
	t.Helper()
	files, err := filepath.Glob(filepath.FromSlash(pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s finds no scenarios: %v", pattern, err)
	}
	fixed, _, _ := strings.Cut(pattern, "*")
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(file), fixed), ".txtar")
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := string(txtar.Format(a))
			got := txtar.Format(run(t, a))
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// With is the file with other texts in some of its sections; those that it does not have are left out.
func With(a *txtar.Archive, texts func(section string) (text string, made bool)) *txtar.Archive {
	out := &txtar.Archive{Comment: a.Comment, Files: slices.Clone(a.Files)}
	for i, f := range out.Files {
		if text, made := texts(f.Name); made {
			out.Files[i].Data = []byte(text)
		}
	}
	return out
}

// Section is the text of a section, "" if there is none.
func Section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}
