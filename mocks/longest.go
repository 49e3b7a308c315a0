package mocks

import (
	"encoding/json"
	"slices"
	"strings"
)

// longest is a value of the type as long, or as large, as it is likely to get: what a page has to bear.
func (a *answer) longest(typ string, s seat) (any, bool) {
	m := newMaker(s)
	switch typ {
	case "Int":
		return longestInt(m), true
	case "Float":
		return json.Number("9999999.99"), true
	case "String":
		return m.longText(), true
	}
	if t := a.graph.Type(typ); t != nil && len(t.Values) > 0 {
		if values := a.enumValues(t); len(values) > 0 {
			return slices.MaxFunc(values, func(x, y string) int { return len(x) - len(y) }), true
		}
	}
	return nil, false
}

func longestInt(m maker) any {
	switch m.meaning {
	case percent:
		return 100
	case rating:
		return 5
	case age:
		return 117
	case year, moment, day, milliseconds:
		return m.integer()
	}
	return 1_999_999_999
}

// longText is long by the field's meaning: what has a form keeps it.
func (m maker) longText() string {
	switch m.meaning {
	case email:
		return strings.Repeat("maximiliana.", 5) + "ng@" + strings.Repeat("extraordinarily-long-", 3) + "department.example.com"
	case firstName, username:
		return "Maximiliana-Alexandrina-Wilhelmina"
	case lastName:
		return "Featherstonehaugh-Cholmondeley-Beauchamp"
	case name:
		if first, last := m.fullName(); m.properName() != first+" "+last {
			return "The Exceptionally Long and Extensively Tested Name of Something That Was Called So Before Anybody Looked at It"
		}
		return "Maximiliana-Alexandrina-Wilhelmina Featherstonehaugh-Cholmondeley-Beauchamp"
	case image:
		return "https://images.example.com/" + strings.Repeat("a-folder-within-a-folder/", 12) + "picture.png"
	case link:
		return "https://www.example.com/" + strings.Repeat("a-page-below-a-page/", 15) + "?reference=" + strings.Repeat("0123456789", 5)
	case company:
		return "The Consolidated International Engineering, Construction and Development Corporation of the Northern Provinces"
	case city:
		return "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
	case country:
		return "South Georgia and the South Sandwich Islands"
	case prose:
		return m.ofLength(2_000)
	case moment, day, year, currency, language, color, ip, timezone, postcode, phone, checksum, version, latitude, longitude:
		return m.text()
	}
	return m.ofLength(120) + " Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
}

// ofLength is a text of that many characters.
func (m maker) ofLength(n int) string {
	var b strings.Builder
	for i := m.place.below(len(statements)); b.Len() < n; i++ {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(statements[i%len(statements)])
	}
	return cut(b.String(), n)
}

// cut is the first n characters; what would end in a space ends in a full stop.
func cut(text string, n int) string {
	if n == 0 {
		return ""
	}
	text = text[:n]
	if text[n-1] == ' ' {
		return text[:n-1] + "."
	}
	return text
}
