package record

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/nearest"
	"github.com/vektah/gqlparser/v2/ast"
)

// keeper decides which coordinates stay as they were answered.
type keeper struct{ keep, hide []string }

// newKeeper checks the patterns: each is to name at least one field of the schema.
func newKeeper(schema *ast.Schema, keep, hide []string) (*keeper, error) {
	var errs []error
	for _, p := range keep {
		errs = append(errs, checkPattern(schema, "keep", p))
	}
	for _, p := range hide {
		errs = append(errs, checkPattern(schema, "hide", p))
	}
	return &keeper{keep, hide}, errors.Join(errs...)
}

func checkPattern(schema *ast.Schema, what, pattern string) error {
	typ, field, ok := strings.Cut(pattern, ".")
	if _, err := path.Match(pattern, ""); err != nil || !ok || typ == "" || field == "" || strings.Contains(field, ".") {
		return fmt.Errorf("%s: %q is to be a coordinate such as Product.name, Product.* or *.name", what, pattern)
	}
	var types, fields []string
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		def := schema.Types[name]
		if def.BuiltIn || len(def.Fields) == 0 || def.Kind == ast.InputObject {
			continue
		}
		types = append(types, name)
		if !match(typ, name) {
			continue
		}
		for _, f := range def.Fields {
			if match(field, f.Name) {
				return nil
			}
			fields = append(fields, f.Name)
		}
	}
	if len(fields) == 0 {
		return fmt.Errorf("%s: %s: there is no type %s%s", what, pattern, typ, near(typ, types))
	}
	return fmt.Errorf("%s: %s: %s has no field %s%s", what, pattern, typ, field, near(field, fields))
}

func match(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// near suggests the nearest of the words.
func near(word string, words []string) string {
	best := nearest.To(word, words)
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// kept and hidden ask for a field of a type, or of an interface of it.
func (k *keeper) kept(types []string, field string) bool   { return named(k.keep, types, field) }
func (k *keeper) hidden(types []string, field string) bool { return named(k.hide, types, field) }

func named(patterns, types []string, field string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		typ, name, _ := strings.Cut(p, ".")
		return match(name, field) && slices.ContainsFunc(types, func(t string) bool { return match(typ, t) })
	})
}
