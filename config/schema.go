package config

import (
	"encoding/json"
	"path"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"
)

// jsonSchema derives the JSON schema of a configuration type from its yaml tags. Values may also be
// references to the environment, so numbers and booleans take strings of that form.
func jsonSchema(of any) ([]byte, error) {
	r := &jsonschema.Reflector{
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true,
		Anonymous:                  true,
		ExpandedStruct:             true,
		Namer:                      qualified,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if t == reflect.TypeFor[time.Duration]() {
				return &jsonschema.Schema{Type: "string", Pattern: `^([0-9.]+(ns|us|ms|s|m|h))+$|^\$\{env\.`}
			}
			switch t.Kind() {
			case reflect.Bool:
				return orReference("boolean")
			case reflect.Int, reflect.Int64, reflect.Uint, reflect.Float64:
				if t.Name() == t.Kind().String() {
					return orReference(numeric(t.Kind()))
				}
			}
			return nil
		},
	}
	s := r.Reflect(of)
	s.Title = "Ficus configuration"
	return json.MarshalIndent(s, "", "  ")
}

// qualified is a type's name with its package: several packages have a Config. It is "" for a type without
// a name.
func qualified(t reflect.Type) string {
	if t.Name() == "" {
		return ""
	}
	return path.Base(t.PkgPath()) + "." + t.Name()
}

func numeric(k reflect.Kind) string {
	if k == reflect.Float64 {
		return "number"
	}
	return "integer"
}

func orReference(typ string) *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		{Type: typ}, {Type: "string", Pattern: `^\$\{env\.[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}$`},
	}}
}
