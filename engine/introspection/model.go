package introspection

// typ is a __Type: a named type, or a list or non-null around one. The kinds have little in common; a list
// that is nil is answered as null, one that is empty as [].
// https://spec.graphql.org/October2021/#sec-The-__Type-Type
type typ struct {
	// text is how the type is written; name is null for a wrapping type.
	text                                      string
	kind, name, description, specified, oneOf json
	fields                                    []*fieldDef
	interfaces, possible                      []*typ
	values                                    []*enumValue
	inputs                                    []*inputValue
	ofType                                    *typ
}

func (t *typ) typename() string { return "__Type" }

func (t *typ) write(w *writer, f *field) {
	switch f.name {
	case "kind":
		w.json(t.kind)
	case "name":
		w.json(t.name)
	case "description":
		w.json(t.description)
	case "specifiedByURL":
		w.json(t.specified)
	case "isOneOf":
		w.json(t.oneOf)
	case "ofType":
		optional(w, t.ofType, f)
	case "fields":
		unlessNil(w, t.fields, f, current)
	case "interfaces":
		unlessNil(w, t.interfaces, f, list)
	case "possibleTypes":
		unlessNil(w, t.possible, f, list)
	case "enumValues":
		unlessNil(w, t.values, f, current)
	case "inputFields":
		unlessNil(w, t.inputs, f, current)
	default:
		w.null()
	}
}

func unlessNil[T object](w *writer, items []T, f *field, write func(*writer, []T, *field)) {
	if items == nil {
		w.null()
		return
	}
	write(w, items, f)
}

// deprecation is why an element should not be used, null if it may.
type deprecation json

func (d deprecation) deprecated() bool { return json(d) != null }

func (d deprecation) write(w *writer, f *field) {
	switch f.name {
	case "isDeprecated":
		w.bool(d.deprecated())
	case "deprecationReason":
		w.json(json(d))
	default:
		w.null()
	}
}

// fieldDef is a __Field.
type fieldDef struct {
	name, description json
	args              []*inputValue
	typ               *typ
	deprecation
}

func (d *fieldDef) typename() string { return "__Field" }

func (d *fieldDef) write(w *writer, f *field) {
	switch f.name {
	case "name":
		w.json(d.name)
	case "description":
		w.json(d.description)
	case "args":
		current(w, d.args, f)
	case "type":
		w.object(d.typ, f.below)
	default:
		d.deprecation.write(w, f)
	}
}

// inputValue is an __InputValue: an argument, or a field of an input object.
type inputValue struct {
	name, description, fallback json
	typ                         *typ
	deprecation
}

func (d *inputValue) typename() string { return "__InputValue" }

func (d *inputValue) write(w *writer, f *field) {
	switch f.name {
	case "name":
		w.json(d.name)
	case "description":
		w.json(d.description)
	case "type":
		w.object(d.typ, f.below)
	case "defaultValue":
		w.json(d.fallback)
	default:
		d.deprecation.write(w, f)
	}
}

// enumValue is an __EnumValue.
type enumValue struct {
	name, description json
	deprecation
}

func (d *enumValue) typename() string { return "__EnumValue" }

func (d *enumValue) write(w *writer, f *field) {
	switch f.name {
	case "name":
		w.json(d.name)
	case "description":
		w.json(d.description)
	default:
		d.deprecation.write(w, f)
	}
}

// directive is a __Directive.
type directive struct {
	name, description, locations json
	repeatable                   bool
	args                         []*inputValue
}

func (d *directive) typename() string { return "__Directive" }

func (d *directive) write(w *writer, f *field) {
	switch f.name {
	case "name":
		w.json(d.name)
	case "description":
		w.json(d.description)
	case "isRepeatable":
		w.bool(d.repeatable)
	case "locations":
		w.json(d.locations)
	case "args":
		current(w, d.args, f)
	case "isDeprecated": // nothing deprecates a directive yet
		w.bool(false)
	default:
		w.null()
	}
}
