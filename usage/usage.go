// Package usage records which operations clients send, so that a change of the schema can be held against them.
//
//	operation, client  ->  signature: the operation's text without the values in it  ->  count, last seen
//
// Values that clients write into operations are theirs: texts become "", numbers 0, and what is kept is bounded. What is
// beyond the bounds is counted and not kept. Operations that are answered by mocks are not recorded: nobody depends on
// what is not there.
package usage

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config says whether operations are recorded; the key is "usage".
type Config struct {
	// Enabled records them; off by default.
	Enabled bool `yaml:"enabled"`
	// MaxOperations is how many different ones are kept, each client's counting; 5,000 by default.
	MaxOperations int `yaml:"max_operations"`
	// ClientName and ClientVersion are the headers by which clients say who they are; apollographql-client-name and
	// apollographql-client-version by default.
	ClientName    string `yaml:"client_name_header"`
	ClientVersion string `yaml:"client_version_header"`
}

// Validate says what is wrong.
func (c Config) Validate() error {
	if c.MaxOperations < 0 {
		return errors.New("usage.max_operations: must not be negative")
	}
	return nil
}

// Client is who sent an operation, as it says itself.
type Client struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// String is the name with the version.
func (c Client) String() string {
	if c.Name == "" {
		return "a client without a name"
	}
	return strings.TrimSpace(c.Name + " " + c.Version)
}

// Report is what was recorded since the gateway started.
type Report struct {
	Since      time.Time   `json:"since"`
	Operations []Operation `json:"operations"`
	// Beyond counts what was sent and not kept, as there was no room.
	Beyond uint64 `json:"beyond,omitempty"`
}

// Operation is one with those who sent it.
type Operation struct {
	Name string `json:"name,omitempty"`
	// Text of its document, without values.
	Text    string `json:"text"`
	Clients []Used `json:"clients"`
}

// Used is how often a client sent an operation, and when last.
type Used struct {
	Client
	Count uint64    `json:"count"`
	Last  time.Time `json:"last"`
}

// Recorder records operations. It is safe for use by many goroutines.
type Recorder struct {
	cfg   Config
	now   func() time.Time
	since time.Time

	mu     sync.Mutex
	signs  map[string]string
	used   map[sent]*Used
	beyond uint64
	// bytes is how long the texts are that are kept.
	bytes int
}

// sent is what is counted together.
type sent struct {
	text, name string
	Client
}

// Bounds of what is kept beside Config.MaxOperations: the length of one text, of all together, and of what a client calls
// itself, in bytes.
const (
	defaultOperations = 5_000
	maxText           = 64 << 10
	maxBytes          = 16 << 20
	maxName           = 128
)

// New records nothing yet.
func New(cfg Config, now func() time.Time) *Recorder {
	if cfg.MaxOperations == 0 {
		cfg.MaxOperations = defaultOperations
	}
	cfg.ClientName = cmp.Or(cfg.ClientName, "apollographql-client-name")
	cfg.ClientVersion = cmp.Or(cfg.ClientVersion, "apollographql-client-version")
	return &Recorder{cfg: cfg, now: now, since: now().UTC(), signs: map[string]string{}, used: map[sent]*Used{}}
}

// Record counts an operation of that document. The headers say who sent it.
func (r *Recorder) Record(document, name string, header func(name string) string) {
	who := Client{Name: short(header(r.cfg.ClientName)), Version: short(header(r.cfg.ClientVersion))}
	now := r.now().UTC()
	r.mu.Lock()
	defer r.mu.Unlock()
	text, ok := r.signature(document)
	if !ok {
		r.beyond++
		return
	}
	key := sent{text, name, who}
	u := r.used[key]
	if u == nil {
		if len(r.used) >= r.cfg.MaxOperations || !r.room(len(text)) {
			r.beyond++
			return
		}
		u = &Used{Client: who}
		r.used[key] = u
	}
	u.Count++
	u.Last = now
}

// signature is the document without values. Those of documents that come again and again are remembered.
func (r *Recorder) signature(document string) (string, bool) {
	if len(document) > maxText {
		return "", false
	}
	if text, ok := r.signs[document]; ok {
		return text, true
	}
	text, err := Signature(document)
	if err != nil {
		return "", false
	}
	if len(r.signs) < r.cfg.MaxOperations && r.bytes < maxBytes/2 && r.room(len(document)+len(text)) {
		r.signs[strings.Clone(document)] = text
	}
	return text, true
}

// room takes room for a text, if there is some. What is remembered of documents has half of it, the operations all.
func (r *Recorder) room(n int) bool {
	if r.bytes+n > maxBytes {
		return false
	}
	r.bytes += n
	return true
}

func short(text string) string { return strings.ToValidUTF8(text[:min(len(text), maxName)], "") }

// Report is what was recorded, in a fixed order.
func (r *Recorder) Report() Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	by := map[[2]string]*Operation{}
	for key, u := range r.used {
		o := by[[2]string{key.name, key.text}]
		if o == nil {
			o = &Operation{Name: key.name, Text: key.text}
			by[[2]string{key.name, key.text}] = o
		}
		o.Clients = append(o.Clients, *u)
	}
	out := Report{Since: r.since, Operations: []Operation{}, Beyond: r.beyond}
	for _, o := range by {
		slices.SortFunc(o.Clients, func(a, b Used) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) })
		out.Operations = append(out.Operations, *o)
	}
	slices.SortFunc(out.Operations, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Text, b.Text))
	})
	return out
}
