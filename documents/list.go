package documents

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Document is one trusted document. It is immutable.
type Document struct {
	// ID that the manifest gives it, and the File that lists it.
	ID, File string
	// Client that may ask for it, "" for all.
	Client string
	Text   string

	key    canonicalKey
	tokens int
}

// String names the document for people.
func (d *Document) String() string { return fmt.Sprintf("%s: %s", d.File, d.ID) }

// List is the trusted documents, immutable once it is served.
type List struct {
	all []*Document
	// ids are by what the manifests call them, and by the hash of their text.
	ids   map[identity]*Document
	texts map[identity]*Document
	keys  map[sameness]*Document
	// tokens is how many the longest has: a longer text is none of them.
	tokens int
}

// identity is an id or a text, and the client that it is for.
type identity struct{ name, client string }

type sameness struct {
	key    canonicalKey
	client string
}

func newList() *List {
	return &List{ids: map[identity]*Document{}, texts: map[identity]*Document{}, keys: map[sameness]*Document{}}
}

// add has the list know the document. One id for two texts is an error.
func (l *List) add(d *Document) error {
	d.tokens = count(d.Text)
	if d.key = canonical(d.Text, d.tokens); d.key == (canonicalKey{}) {
		return fmt.Errorf("%s: the text cannot be read as GraphQL", d)
	}
	if other := l.ids[identity{d.ID, d.Client}]; other != nil && other.Text != d.Text {
		return fmt.Errorf("%s: the id has another text in %s; ids must be different", d, other.File)
	}
	hash := sha256.Sum256([]byte(d.Text))
	l.all = append(l.all, d)
	l.ids[identity{d.ID, d.Client}] = d
	l.ids[identity{sha256Prefix + hex.EncodeToString(hash[:]), d.Client}] = d
	if at := (identity{d.Text, d.Client}); l.texts[at] == nil {
		l.texts[at] = d
	}
	if at := (sameness{d.key, d.Client}); l.keys[at] == nil {
		l.keys[at] = d
	}
	l.tokens = max(l.tokens, d.tokens)
	return nil
}

// named is the document that the client may ask by the name, nil for none: by the id of a manifest, or by the text's hash.
func (l *List) named(name, client string) *Document {
	if d := l.of(name, client); d != nil {
		return d
	}
	bare := strings.TrimPrefix(name, sha256Prefix)
	if len(bare) != 2*sha256.Size {
		return nil
	}
	if d := l.of(bare, client); d != nil && bare != name {
		return d
	}
	return l.of(sha256Prefix+strings.ToLower(bare), client)
}

func (l *List) of(name, client string) *Document {
	if d := l.ids[identity{name, client}]; d != nil {
		return d
	}
	return l.ids[identity{name, ""}]
}

// worded is the document that the client may ask by the text, nil for none.
func (l *List) worded(text, client string) *Document {
	for _, c := range [...]string{client, ""} {
		if d := l.texts[identity{text, c}]; d != nil {
			return d
		}
	}
	key := canonical(text, l.tokens)
	for _, c := range [...]string{client, ""} {
		if d := l.keys[sameness{key, c}]; d != nil {
			return d
		}
	}
	return nil
}
