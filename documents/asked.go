package documents

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// hash is the hash that the request names its operation by, in Apollo's extension; "" if it has none.
// https://www.apollographql.com/docs/apollo-server/performance/apq
func (a Asked) hash() (string, *Refusal) {
	if !bytes.Contains(a.Extensions, []byte(`"persistedQuery"`)) {
		return "", nil
	}
	var x struct {
		PersistedQuery *struct {
			Version int    `json:"version"`
			Hash    string `json:"sha256Hash"`
		} `json:"persistedQuery"`
	}
	if err := json.Unmarshal(a.Extensions, &x); err != nil {
		return "", refusef(http.StatusBadRequest, codeInvalid, "extensions.persistedQuery must be an object with a version, which is 1, and a sha256Hash")
	}
	switch p := x.PersistedQuery; {
	case p == nil:
		return "", nil
	case p.Version != 1:
		return "", refusef(http.StatusBadRequest, codeInvalid, "extensions.persistedQuery.version is %d; only 1 is supported", p.Version)
	case p.Hash == "":
		return "", refusef(http.StatusBadRequest, codeInvalid, "extensions.persistedQuery has no sha256Hash")
	case a.ID != "" && !strings.EqualFold(strings.TrimPrefix(a.ID, sha256Prefix), p.Hash):
		return "", refusef(http.StatusBadRequest, codeInvalid, "the request names its operation twice, by documentId and extensions.persistedQuery; send one")
	default:
		return p.Hash, nil
	}
}

// sha256Prefix begins the ids that are hashes of texts.
// https://github.com/graphql/graphql-over-http/pull/264
const sha256Prefix = "sha256:"

// name is what the request names its operation by, "" for nothing.
func (a Asked) name(hash string) string {
	if a.ID != "" {
		return a.ID
	}
	return hash
}

// client is the name of the client that asks, "" if it says none. Only manifests that have operations for one client
// alone need it.
func (a Asked) client(rules *PersistedQueries) string { return a.Header.Get(rules.ClientNameHeader) }

// confirm is the document's text, unless the request has another one as well: which of the two is meant cannot be known,
// and whoever looked at the request before may have looked at the other.
func (d *Document) confirm(a Asked, hash string) (string, *Refusal) {
	switch {
	case a.Text == "" || a.Text == d.Text || canonical(a.Text, d.tokens) == d.key:
		return d.Text, nil
	case hash != "":
		return "", mismatch()
	}
	return "", refusef(http.StatusBadRequest, CodeIDAndText, "the request has the id of an operation and the text of another; send one of them")
}

func mismatch() *Refusal {
	return refusef(http.StatusBadRequest, CodeMismatch, "provided sha does not match query")
}
