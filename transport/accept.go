package transport

import (
	"mime"
	"strconv"
	"strings"
)

// media is a media type that answers are written in.
type media uint8

const (
	// mediaJSON is application/json, where a response with errors is 200.
	mediaJSON media = iota
	// mediaGraphQL is application/graphql-response+json, where the status says what became of the request.
	mediaGraphQL
)

// contentTypes are header values, shared by all responses; nobody writes into them.
var contentTypes = [...][]string{
	mediaJSON:    {"application/json; charset=utf-8"},
	mediaGraphQL: {"application/graphql-response+json; charset=utf-8"},
}

// negotiate picks the media type of the answer from the Accept headers. Who accepts both equally gets
// application/graphql-response+json only if it is named; who names neither is a client from before it existed.
// https://graphql.github.io/graphql-over-http/draft/#sec-Accept
func negotiate(accept []string) (media, bool) {
	if len(accept) == 0 {
		return mediaJSON, true
	}
	if len(accept) == 1 {
		switch accept[0] {
		case "*/*", "application/json", "":
			return mediaJSON, true
		case "application/graphql-response+json", "application/graphql-response+json, application/json":
			return mediaGraphQL, true
		}
	}
	return rank(strings.Join(accept, ","))
}

// preference is how much a client wants a media type: q, and how narrowly a range names it.
type preference struct {
	q      float64
	narrow int
}

// rank reads all ranges. For each media type the narrowest range that fits it counts (RFC 9110, 12.5.1).
func rank(accept string) (media, bool) {
	unset := preference{narrow: -1}
	plain, graph := unset, unset
	for part := range strings.SplitSeq(accept, ",") {
		kind, q, ok := mediaRange(part)
		if !ok {
			continue
		}
		switch kind {
		case "application/graphql-response+json":
			graph.narrowTo(q, 2)
		case "application/json":
			plain.narrowTo(q, 2)
		case "application/*":
			plain.narrowTo(q, 1)
			graph.narrowTo(q, 1)
		case "*/*":
			plain.narrowTo(q, 0)
			graph.narrowTo(q, 0)
		}
	}
	switch {
	case graph.q <= 0 && plain.q <= 0:
		return mediaJSON, false
	case graph.q > plain.q, graph.q == plain.q && graph.narrow == 2:
		return mediaGraphQL, true
	}
	return mediaJSON, true
}

func (p *preference) narrowTo(q float64, narrow int) {
	if narrow > p.narrow {
		p.q, p.narrow = q, narrow
	}
}

// mediaRange is one range of an Accept header with its weight. Ranges in a charset that we do not write, or
// that cannot be read, are no offer.
func mediaRange(part string) (kind string, q float64, ok bool) {
	if strings.TrimSpace(part) == "" {
		return "", 0, false
	}
	kind, params, err := mime.ParseMediaType(part)
	if err != nil {
		return "", 0, false
	}
	if c := params["charset"]; c != "" && !isUTF8(c) {
		return "", 0, false
	}
	if v, given := params["q"]; given {
		q, err := strconv.ParseFloat(v, 64)
		return kind, q, err == nil && q >= 0 && q <= 1
	}
	return kind, 1, true
}

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
