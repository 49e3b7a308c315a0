package owners

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/facade"
	"github.com/ficusgraph/ficus/rollout"
)

// migrationFiles reads the migrations' files. Those of the default lie beside a configuration: without one there are none.
func migrationFiles(cfg *config.Config) ([]file, error) {
	if cfg.Files == nil && cfg.Rollout.Migrations == nil {
		return nil, nil
	}
	return matching(cfg, "rollout.migrations", cfg.Rollout.Patterns(), cfg.Rollout.Migrations != nil)
}

// Migrations are what moves in a graph, with the label of each in the schemas.
type Migrations struct {
	List   []*rollout.Migration
	Labels map[string]string
	// Paths lead what is asked beside the graph.
	Paths *facade.Table
	// by is the label of each coordinate.
	by map[string]string
}

// migrations reads the files of migrations and gives what moves together one label in the graph. All errors are returned,
// joined, with their places.
func migrations(files []file, sg *supergraph.Supergraph, cfg *config.Config) (Migrations, error) {
	out := Migrations{Labels: map[string]string{}}
	by := map[string]string{}
	paths := facade.NewBuilder(cfg.Facade, cfg.Transport().Own())
	var errs []error
	for _, f := range files {
		m := &rollout.Migration{Name: strings.TrimSuffix(path.Base(f.name), path.Ext(f.name)), File: f.name}
		tree, err := config.Decode(f.name, []byte(f.text), m)
		if err == nil {
			err = config.Place(f.name, tree, flat(m.Validate(), out.add(m, sg, by), paths.Add(m)))
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return out, err
	}
	slices.SortFunc(out.List, func(a, b *rollout.Migration) int { return strings.Compare(a.Name, b.Name) })
	sg.Relabel(by)
	out.by, out.Paths = by, paths.Table()
	return out, nil
}

// flat is several joined errors as one.
func flat(joined ...error) error {
	var out []error
	for _, err := range joined {
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			out = append(out, several.Unwrap()...)
			continue
		}
		out = append(out, err)
	}
	return errors.Join(out...)
}

// add checks a migration against the graph.
func (o *Migrations) add(m *rollout.Migration, sg *supergraph.Supergraph, by map[string]string) error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for _, other := range o.List {
		if other.Name == m.Name {
			add("migration: %s is the name of %s too; give each its own", m.Name, other.File)
		}
	}
	for i, c := range m.Coordinates {
		at := fmt.Sprintf("coordinates[%d]", i)
		if other, ok := by[c]; ok {
			add("%s: %s moves with %s already", at, c, strings.TrimPrefix(other, "migration:"))
			continue
		}
		label, err := moves(m, c, sg)
		if err != nil {
			add("%s: %w", at, err)
			continue
		}
		by[c] = m.Label()
		switch first, ok := o.Labels[m.Name]; {
		case !ok:
			o.Labels[m.Name] = label
		case first != label:
			add("%s: %s has the label %q, others of the migration %q; what moves together begins together: write the same", at, c, label, first)
		}
	}
	o.List = append(o.List, m)
	return errors.Join(errs...)
}

// moves is the label with which the graph moves a coordinate as the migration says.
func moves(m *rollout.Migration, c string, sg *supergraph.Supergraph) (string, error) {
	typ, field, _ := strings.Cut(c, ".")
	t := sg.Type(typ)
	if t == nil || t.Field(field) == nil {
		return "", fmt.Errorf("%s is not in the graph", c)
	}
	for _, side := range []string{m.From, m.To} {
		if sg.Subgraph(side) == nil {
			return "", fmt.Errorf("there is no subgraph %s", side)
		}
	}
	overrides := sg.Overrides(t.Field(field))
	for _, o := range overrides {
		if o.From == m.From && o.To == m.To {
			return o.Label, nil
		}
	}
	if len(overrides) > 0 {
		o := overrides[0]
		return "", fmt.Errorf("%s moves from %s to %s in the schema, not from %s to %s", c, o.From, o.To, m.From, m.To)
	}
	return "", fmt.Errorf(`%s does not move in the schema; write @override(from: %q, label: %q) at the field in the schema of %s`, c, m.From, m.Name, m.To)
}
