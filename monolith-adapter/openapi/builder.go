package openapi

import (
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// builder makes the model, pass by pass.
type builder struct {
	doc     *document
	options Options

	operations []*operation
	picked     int
	fields     []*field

	// components are the schemas that have a name.
	components map[*openapi3.Schema]string
	shapes     map[*openapi3.Schema]*shape
	outputs    map[*openapi3.Schema]*object
	inputs     map[*openapi3.Schema]*object
	objects    []*object // outputs, in the order in which they were met
	inputList  []*object
	enums      []*enum
	scalars    map[string]bool
	typeNames  map[string]bool
	// nesting counts lists of lists.
	nesting int
	renamed map[string]bool

	warnings []Warning
	warned   map[string]bool
}

func newBuilder(doc *document, o Options) *builder {
	b := &builder{
		doc: doc, options: o, components: map[*openapi3.Schema]string{},
		shapes: map[*openapi3.Schema]*shape{}, outputs: map[*openapi3.Schema]*object{}, inputs: map[*openapi3.Schema]*object{},
		scalars: map[string]bool{}, typeNames: map[string]bool{}, renamed: map[string]bool{}, warned: map[string]bool{},
		warnings: doc.warnings,
	}
	if doc.Components == nil {
		return b
	}
	schemas := doc.Components.Schemas
	for _, alias := range []bool{false, true} { // what is only another name for a schema comes second
		for _, name := range slices.Sorted(maps.Keys(schemas)) {
			s := schemas[name]
			if s == nil || s.Value == nil || (s.Ref != "") != alias {
				continue
			}
			if _, named := b.components[s.Value]; !named {
				b.components[s.Value] = name
			}
		}
	}
	return b
}

// warn notes a warning, once.
func (b *builder) warn(place, format string, args ...any) {
	w := Warning{Message: fmt.Sprintf(format, args...)}
	w.Place, w.Line = b.doc.locate(place)
	if key := w.String(); !b.warned[key] {
		b.warned[key] = true
		b.warnings = append(b.warnings, w)
	}
}

func (b *builder) firstWarning() string {
	if len(b.warnings) == 0 {
		return ""
	}
	return ": " + b.warnings[0].String()
}

func (b *builder) unusedRenames() {
	for _, from := range slices.Sorted(maps.Keys(b.options.Rename)) {
		if !b.renamed[from] {
			b.warn("#", "rename %s=%s: there is nothing of that name", from, b.options.Rename[from])
		}
	}
}
