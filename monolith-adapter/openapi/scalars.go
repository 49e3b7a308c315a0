package openapi

// scalarNames are the scalars that descriptions bring along, beside GraphQL's own.
var scalarNames = map[string]bool{
	"JSON": true, "DateTime": true, "Date": true, "Time": true, "Duration": true, "BigInt": true, "Decimal": true, "UUID": true,
	"URL": true, "EmailAddress": true, "Base64": true,
}

// scalarText says what the values of a scalar are.
var scalarText = map[string]string{
	"JSON":         "Any JSON value.",
	"DateTime":     "A date with its time, as in RFC 3339.",
	"Date":         "A date, as in RFC 3339.",
	"Time":         "A time of day, as in RFC 3339.",
	"Duration":     "A duration, as in ISO 8601.",
	"BigInt":       "An integer that may be too large for an Int.",
	"Decimal":      "A decimal number, as text.",
	"UUID":         "A UUID.",
	"URL":          "A URL.",
	"EmailAddress": "An email address.",
	"Base64":       "Bytes in base64.",
}

var formats = map[string]string{
	"date-time": "DateTime", "date": "Date", "time": "Time", "duration": "Duration", "uuid": "UUID", "uri": "URL", "url": "URL",
	"email": "EmailAddress", "byte": "Base64", "decimal": "Decimal",
}

// scalarOf is the scalar for a type and a format of the description.
func scalarOf(typ, format string) string {
	switch typ {
	case "integer":
		if format == "int64" || format == "uint64" || format == "uint32" {
			return "BigInt"
		}
		return "Int"
	case "number":
		return "Float"
	case "boolean":
		return "Boolean"
	}
	if scalar := formats[format]; scalar != "" {
		return scalar
	}
	return "String"
}
