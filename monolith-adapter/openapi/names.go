package openapi

import (
	"strconv"
	"strings"
	"unicode"
)

// words takes a name apart, at what is neither letter nor digit and where small letters turn into capitals.
func words(s string) []string {
	var out []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, string(word))
			word = nil
		}
	}
	runes := []rune(s)
	for i, r := range runes {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if i > 0 && unicode.IsUpper(r) && len(word) > 0 {
			last := word[len(word)-1]
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(last) || unicode.IsDigit(last) || unicode.IsUpper(last) && next {
				flush()
			}
		}
		word = append(word, r)
	}
	flush()
	return out
}

func pascal(list []string) string {
	var b strings.Builder
	for _, w := range list {
		b.WriteString(strings.ToUpper(w[:1]) + strings.ToLower(w[1:]))
	}
	return guarded(b.String())
}

func camel(list []string) string {
	if len(list) == 0 {
		return ""
	}
	rest := ""
	if len(list) > 1 {
		for _, w := range list[1:] {
			rest += strings.ToUpper(w[:1]) + strings.ToLower(w[1:])
		}
	}
	return guarded(strings.ToLower(list[0]) + rest)
}

// guarded puts an underscore before a digit, with which names cannot start.
func guarded(name string) string {
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		return "_" + name
	}
	return name
}

// memberName is a property's name as a field's.
func memberName(property string) string {
	if graphQLName.MatchString(property) && !strings.Contains(property, "_") && unicode.IsLower(rune(property[0])) {
		return property
	}
	return camel(words(property))
}

// typeName is a schema's name as a type's. Of names with points the last part counts.
func typeName(name string) string {
	if graphQLName.MatchString(name) && !strings.Contains(name, "_") {
		return strings.ToUpper(name[:1]) + name[1:]
	}
	parts := words(name)
	for i, w := range parts {
		parts[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return guarded(strings.Join(parts, ""))
}

func singular(w string) string {
	switch {
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case hasAnySuffix(w, "sses", "shes", "ches", "xes", "uses", "zes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "s") && !hasAnySuffix(w, "ss", "us", "is"):
		return w[:len(w)-1]
	}
	return w
}

func plural(w string) string {
	switch {
	case strings.HasSuffix(w, "y") && !hasAnySuffix(w, "ay", "ey", "oy", "uy"):
		return w[:len(w)-1] + "ies"
	case hasAnySuffix(w, "s", "x", "ch", "sh"):
		return w + "es"
	}
	return w + "s"
}

func hasAnySuffix(s string, list ...string) bool {
	for _, e := range list {
		if strings.HasSuffix(s, e) {
			return true
		}
	}
	return false
}

// reserved are names that mean something else in GraphQL or in a federated graph.
var reserved = map[string]bool{
	"Query": true, "Mutation": true, "Subscription": true, "String": true, "Int": true, "Float": true, "Boolean": true, "ID": true,
	"JSON": true, "_Any": true, "_Entity": true, "_Service": true, "FieldSet": true,
}

// unique gives a type a name that no other has.
func (b *builder) unique(name string) string {
	if name == "" {
		name = "Unnamed"
	}
	if to := b.rename(name); to != "" {
		name = to
	} else if reserved[name] || scalarNames[name] {
		name += "Type"
	}
	base := name
	for n := 2; b.typeNames[name]; n++ {
		name = base + strconv.Itoa(n)
	}
	b.typeNames[name] = true
	return name
}

// rename is what the options call one of the names, or "".
func (b *builder) rename(names ...string) string {
	for _, name := range names {
		if to, ok := b.options.Rename[name]; ok {
			b.renamed[name] = true
			return to
		}
	}
	return ""
}

var enumSigns = map[rune]string{'+': "PLUS", '*': "ALL", '<': "LESS", '>': "GREATER", '=': "EQUAL", '!': "NOT", '%': "PERCENT", '&': "AND"}

// enumName is a value as the name of an enum value.
func enumName(value string) string {
	var spelled strings.Builder
	for i, r := range value {
		switch sign := enumSigns[r]; {
		case sign != "":
			spelled.WriteString("_" + sign + "_")
		case r == '-' && i == 0:
			spelled.WriteString("MINUS_")
		default:
			spelled.WriteRune(r)
		}
	}
	name := strings.ToUpper(strings.Join(words(spelled.String()), "_"))
	if name == "" {
		return "EMPTY"
	}
	return guarded(name)
}
