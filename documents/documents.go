// Package documents knows operations before they are asked.
//
// A request may name an operation instead of writing it out. What a name stands for comes from one of two places:
//
//	manifests  what a team's clients were built with: trusted documents     (manifest.go, list.go, follow.go)
//	clients    a text that one of them sent once, with its hash: automatic  (automatic.go)
//
// Trusted documents are an immutable List behind an atomic pointer; a changed manifest makes a new one, and one that
// cannot be read leaves the last good one. Whether anything else may be asked is the configuration's:
//
//	prefer  what is named is found; any other text may be asked     enabled
//	log     as prefer, and other texts are logged                   enabled, log_unknown
//	only    nothing else is answered                                enabled, safelist.enabled
//
// What is found is always the manifest's own text, byte for byte: where a client's text counts as the same because it
// differs in space and comments only, the manifest's is executed. So nothing that a client writes is executed where
// only trusted documents may be, whatever the comparison lets pass.
package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/telemetry"
)

// Store finds the texts of operations. It may be used from many goroutines.
type Store struct {
	cfg  Config
	from Parts
	// automatic is nil where clients may not name texts that they sent.
	automatic *automatic
	list      atomic.Pointer[List]
	seldom    telemetry.Seldom
	// changing is held while the list or the graph changes.
	changing sync.Mutex
	graph    Graph
	files    []seen
	fault    string
}

// Asked is what a request says of its operation.
type Asked struct {
	// Text of the operation, and ID, which is documentId; "" where there is none.
	Text, ID string
	// Extensions is a JSON object, or empty.
	Extensions []byte
	// Header says which client asks.
	Header http.Header
}

// New is a store with what the manifests hold, nil where nothing is known beforehand. What is wrong with a manifest
// is an error.
func New(cfg Config, from Parts) (*Store, error) {
	if !cfg.PersistedQueries.Enabled && !cfg.APQ.Enabled {
		return nil, nil //nolint:nilnil // nobody knows any
	}
	if from.Logger == nil {
		from.Logger = slog.Default()
	}
	s := &Store{cfg: cfg.withDefaults(), from: from}
	s.list.Store(newList())
	if cfg.APQ.Enabled {
		s.automatic = newAutomatic(s.cfg.APQ.MaxBytes)
	}
	if !cfg.PersistedQueries.Enabled {
		return s, nil
	}
	files, list, err := s.read()
	if err != nil {
		return nil, err
	}
	s.files = files
	s.list.Store(list)
	return s, nil
}

// Find is the text that is to be executed, or why there is none.
func (s *Store) Find(a Asked) (string, *Refusal) {
	hash, refused := a.hash()
	if refused != nil {
		return "", refused
	}
	rules, list := &s.cfg.PersistedQueries, s.list.Load()
	if name := a.name(hash); name != "" && rules.Enabled {
		if d := list.named(name, a.client(rules)); d != nil {
			return d.confirm(a, hash)
		}
	}
	switch {
	case a.Text == "" && a.ID == "" && hash == "":
		return "", refusef(http.StatusBadRequest, codeInvalid, `the request has no query; give the text of an operation as "query", or its "documentId"`)
	case hash != "" && s.automatic != nil:
		text, refused := s.automatic.find(hash, a.Text)
		if refused != nil || a.Text == "" {
			return text, refused // what was registered was judged when it was
		}
	case a.Text == "":
		return "", refusef(http.StatusNotFound, CodeNotInList,
			"no operation with the id %q is known; add it to a manifest of persisted_queries.local_manifests", short(a.name(hash)))
	}
	if !rules.LogUnknown && !rules.Safelist.Enabled {
		return a.Text, nil
	}
	return s.judge(a, list)
}

// judge is for texts that matter: whether a manifest has them decides whether they are executed, or logged.
func (s *Store) judge(a Asked, list *List) (string, *Refusal) {
	rules := &s.cfg.PersistedQueries
	client := a.client(rules)
	if rules.Safelist.Enabled && rules.Safelist.RequireID {
		s.unknown(a, client)
		return "", refusef(http.StatusBadRequest, CodeIDRequired,
			"operations are asked for by id only; send extensions.persistedQuery.sha256Hash or documentId, without a query")
	}
	if d := list.worded(a.Text, client); d != nil {
		return d.Text, nil
	}
	s.unknown(a, client)
	if !rules.Safelist.Enabled {
		return a.Text, nil
	}
	return "", refusef(http.StatusForbidden, CodeNotInSafelist,
		"the operation is none of those that may be asked; add it to a manifest of persisted_queries.local_manifests")
}

// longest is how much of a text is logged.
const longest = 2000

// unknown logs an operation that no manifest has, once a minute.
func (s *Store) unknown(a Asked, client string) {
	if !s.cfg.PersistedQueries.LogUnknown {
		return
	}
	sum := sha256.Sum256([]byte(a.Text))
	hash := hex.EncodeToString(sum[:])
	skipped, ok := s.seldom.Pass(hash, time.Now())
	if !ok {
		return
	}
	s.from.Logger.LogAttrs(context.Background(), slog.LevelWarn, "an operation is in no manifest", slog.String("sha256", hash),
		slog.String("client", client), slog.String("text", a.Text[:min(longest, len(a.Text))]), slog.Int("not_said", skipped))
}

// Refusal is why a request has no text that may be executed.
type Refusal struct {
	Status        int
	Code, Message string
}

// Codes of refusals, which are Apollo's.
const (
	CodeNotFound      = "PERSISTED_QUERY_NOT_FOUND"
	CodeMismatch      = "PERSISTED_QUERY_HASH_MISMATCH"
	CodeNotInList     = "PERSISTED_QUERY_NOT_IN_LIST"
	CodeNotInSafelist = "QUERY_NOT_IN_SAFELIST"
	CodeIDRequired    = "PERSISTED_QUERY_ID_REQUIRED"
	CodeIDAndText     = "CANNOT_SEND_PQ_ID_AND_BODY"
	codeInvalid       = "INVALID_GRAPHQL_REQUEST"
)

func refusef(status int, code, format string, args ...any) *Refusal {
	return &Refusal{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// short is a client's id as it is told back.
func short(id string) string {
	const most = 100
	if len(id) > most {
		return id[:most]
	}
	return id
}
