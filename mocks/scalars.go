package mocks

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// scalar is a value of a custom scalar, by the scalar's name and description; where they say nothing, a text
// as for a String.
func (m maker) scalar(typ string, t *supergraph.Type) any {
	if v, ok := m.timeScalar(strings.ToLower(typ)); ok {
		return v
	}
	if v, ok := m.numberScalar(strings.ToLower(typ)); ok {
		return v
	}
	if v, ok := m.textScalar(strings.ToLower(typ)); ok {
		return v
	}
	description := ""
	if t != nil {
		description = strings.ToLower(t.Description)
		if v, ok := m.format(t); ok {
			return v
		}
	}
	switch name := split(typ); {
	case slices.Contains(name, "millis"), strings.Contains(description, "milliseconds since"):
		return m.moment().UnixMilli()
	case strings.Contains(description, "seconds since"), slices.Contains(name, "epoch"):
		return m.moment().Unix()
	case strings.Contains(description, "number"), slices.Contains(name, "int"), slices.Contains(name, "integer"):
		return m.integer()
	case meaningOf(name) != unknown:
		m.meaning = meaningOf(name)
	}
	return m.text()
}

// formats lead from what a scalar is specified by to names of scalars.
var formats = []struct{ in, scalar string }{
	{"rfc3339", "datetime"},
	{"rfc4122", "uuid"},
	{"rfc9562", "uuid"},
	{"rfc3986", "url"},
	{"rfc5322", "emailaddress"},
	{"rfc8259", "json"},
	{"date-time", "datetime"},
	{"local-date", "localdate"},
	{"e.164", "phonenumber"},
}

// format is a value of a scalar that says by @specifiedBy what its values are like.
func (m maker) format(t *supergraph.Type) (any, bool) {
	d := t.Directives.ForName("specifiedBy")
	if d == nil {
		return nil, false
	}
	url := strings.ToLower(argument(d, "url"))
	for _, f := range formats {
		if !strings.Contains(url, f.in) {
			continue
		}
		if v, ok := m.timeScalar(f.scalar); ok {
			return v, true
		}
		return m.textScalar(f.scalar)
	}
	return nil, false
}

func (m maker) timeScalar(typ string) (any, bool) {
	at := m.moment()
	switch typ {
	case "datetime", "timestamptz", "instant", "iso8601datetime", "zoneddatetime", "offsetdatetime":
		return at.Format(time.RFC3339), true
	case "timestamp", "time":
		if m.described("number", "seconds", "epoch") {
			return at.Unix(), true
		}
		return at.Format(time.RFC3339), true
	case "localdatetime":
		return at.Format("2006-01-02T15:04:05"), true
	case "date", "localdate", "iso8601date":
		return at.Format(time.DateOnly), true
	case "localtime", "timeofday":
		return at.Format(time.TimeOnly), true
	case "duration", "iso8601duration", "period":
		return fmt.Sprintf("PT%dM", 5+m.place.below(115)), true
	}
	return nil, false
}

func (m maker) numberScalar(typ string) (any, bool) {
	switch typ {
	case "bigint", "long", "int64", "uint64", "uint", "positiveint", "nonnegativeint", "unsignedint", "short", "byte":
		return 1 + m.integer(), true
	case "negativeint", "nonpositiveint":
		return -1 - m.integer(), true
	case "decimal", "bigdecimal", "money", "numeric":
		return strconv.FormatFloat(float64(5+m.place.below(500))+0.99, 'f', 2, 64), true
	case "double", "positivefloat", "nonnegativefloat", "unsignedfloat", "percentage", "latitude", "longitude":
		if named := meaningOf([]string{typ}); named != unknown {
			m.meaning = named
		}
		return m.float(), true
	case "port":
		return 1024 + m.place.below(60_000), true
	}
	return nil, false
}

func (m maker) textScalar(typ string) (any, bool) {
	switch typ {
	case "uuid", "guid":
		return m.uuid(), true
	case "url", "uri", "httpurl":
		if m.meaning != image {
			m.meaning = link
		}
		return m.text(), true
	case "json", "jsonobject", "object", "map", "any", "_any":
		return map[string]any{"example": m.words(" "), "number": m.place.below(100)}, true
	case "emailaddress":
		m.meaning = email
		return m.text(), true
	case "phonenumber":
		m.meaning = phone
		return m.text(), true
	case "hexcolor", "hexcolorcode":
		return m.fake.HexColor(), true
	case "ipv4":
		m.meaning = ip
		return m.text(), true
	case "ipv6":
		return fmt.Sprintf("2001:db8::%x", 1+m.place.below(65_000)), true
	case "mac", "macaddress":
		return m.fake.MacAddress(), true
	case "countrycode":
		return m.fake.CountryAbr(), true
	case "currencycode":
		m.meaning = currency
		return m.text(), true
	case "markdown", "html", "richtext":
		return m.prose(), true
	case "base64", "bytes":
		return base64.StdEncoding.EncodeToString([]byte(m.words(" "))), true
	case "void", "null":
		return true, true
	}
	return nil, false
}

// uuid is one of version 4.
func (m maker) uuid() string {
	h := m.hex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-" + string("89ab"[m.place.below(4)]) + h[17:20] + "-" + h[20:]
}
