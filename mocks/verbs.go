package mocks

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// What mutations are called that make something, that make it of another one, that may make it where no key says which one is meant, and that take
// it away. All others change what is there.
var (
	making  = []string{"create", "insert", "new", "register", "make", "import"}
	copying = []string{"duplicate", "copy", "clone"}
	opening = []string{"add", "open", "submit", "post", "send", "place", "book", "start", "upload", "invite", "request", "schedule", "issue", "save", "upsert", "put"}
	taking  = []string{"delete", "remove", "destroy", "archive", "discard", "purge"}
)

// deed is what a mutation does, by what it is called: createTicket, ticketCreate.
type deed struct {
	verb string
	// typ is the type that it names, nil if it names none.
	typ *supergraph.Type
	// many: it names several, as deleteTickets does.
	many bool
	// part: it names something of the type's, as removeTicketTag and cartLinesRemove do.
	part bool
}

// deedOf reads the name of a mutation.
func (a *answer) deedOf(name string) deed {
	words := split(name)
	if len(words) == 0 {
		return deed{}
	}
	last := len(words) - 1
	if !isVerb(words[0]) && isVerb(words[last]) {
		d := deed{verb: words[last]}
		d.typ, d.many, d.part = a.typeCalled(words[:last])
		return d
	}
	d := deed{verb: words[0]}
	d.typ, d.many, d.part = a.typeCalled(words[1:])
	return d
}

func isVerb(word string) bool {
	return slices.Contains(making, word) || slices.Contains(copying, word) || slices.Contains(opening, word) || slices.Contains(taking, word) || word == "update" || word == "set" || word == "rename"
}

// typeCalled is the entity whose name the words begin with, the longest one that does. What follows names a part of it,
// unless it says by what the entity is found.
func (a *answer) typeCalled(words []string) (t *supergraph.Type, many, part bool) {
	for n := len(words); n > 0; n-- {
		name := strings.Join(words[:n], "")
		part := n < len(words) && words[n] != "by"
		for _, t := range a.graph.Types {
			if called := strings.ToLower(t.Name); t.Kind == ast.Object && len(a.keys(t)) > 0 {
				if called == name {
					return t, false, part
				}
				if name == called+"s" || name == called+"es" || strings.HasSuffix(called, "y") && name == called[:len(called)-1]+"ies" {
					return t, true, part
				}
			}
		}
	}
	return nil, false, false
}

// stateAfter is the value of an enum to which a verb leads: close makes CLOSED. "" if it leads to none.
func stateAfter(verb string, values []string) string {
	for _, v := range values {
		word := strings.ToLower(strings.ReplaceAll(v, "_", ""))
		last := verb[max(0, len(verb)-1):]
		if slices.Contains([]string{verb, verb + "d", verb + "ed", verb + last + "ed", strings.TrimPrefix(verb, "re")}, word) ||
			last == "y" && word == verb[:len(verb)-1]+"ied" {
			return v
		}
	}
	return ""
}
