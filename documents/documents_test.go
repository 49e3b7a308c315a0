package documents_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ficusgraph/ficus/documents"
)

// manifests are one of each format.
func manifests() fstest.MapFS {
	return fstest.MapFS{
		"apollo.json": {Data: []byte(`{"format":"apollo-persisted-query-manifest","version":1,"operations":[
			{"id":"dc67510fb4289672bea757e862d6b00e83db5d3cbbcfb15260601b6f29bb2b8f","name":"A","type":"query","body":"query A { a }"},
			{"id":"ios","clientName":"ios","name":"B","type":"query","body":"query B { ios }"},
			{"id":"shared","clientName":"ios","name":"S","type":"query","body":"query S { forIOS }"},
			{"id":"shared","name":"S","type":"query","body":"query S { forAll }"}]}`)},
		"relay.json":   {Data: []byte(`{"0c3a":"query C($n: Int = 1) @d(a: {b: 2}) { c(n: $n) ...F }\nfragment F on T { f }"}`)},
		"codegen.json": {Data: []byte(`{"9f8e":"query D { d(text: \"x, y\") }"}`)},
	}
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func extension(hash string) []byte {
	return fmt.Appendf(nil, `{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hash)
}

// store is one of the files with the configuration; log gets what it logs.
func store(t *testing.T, files fstest.MapFS, cfg documents.Config, log *strings.Builder) *documents.Store {
	t.Helper()
	s, err := open(files, cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(files fstest.MapFS, cfg documents.Config, log *strings.Builder) (*documents.Store, error) {
	if log == nil {
		log = &strings.Builder{}
	}
	return documents.New(cfg, documents.Parts{
		Read:   func(name string) ([]byte, error) { return fs.ReadFile(files, name) },
		Stat:   func(name string) (fs.FileInfo, error) { return fs.Stat(files, name) },
		Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
}

func trusted() documents.Config {
	var cfg documents.Config
	cfg.PersistedQueries.Enabled = true
	cfg.PersistedQueries.LocalManifests = []string{"apollo.json", "relay.json", "codegen.json"}
	return cfg
}

func only() documents.Config {
	cfg := trusted()
	cfg.PersistedQueries.Safelist.Enabled = true
	return cfg
}

func onlyByID() documents.Config {
	cfg := only()
	cfg.PersistedQueries.Safelist.RequireID = true
	return cfg
}

func automatic() documents.Config {
	var cfg documents.Config
	cfg.APQ.Enabled = true
	return cfg
}

func TestWhatIsExecutedIsFoundOrRefused(t *testing.T) {
	const c = "query C($n: Int = 1) @d(a: {b: 2}) { c(n: $n) ...F }\nfragment F on T { f }"
	both := trusted()
	both.APQ.Enabled = true
	for _, test := range []struct {
		name   string
		cfg    documents.Config
		asked  documents.Asked
		client string
		want   string // the text, or the code of the refusal
	}{
		{"text, prefer", trusted(), documents.Asked{Text: "{ other }"}, "", "{ other }"},
		{"Apollo's hash", trusted(), documents.Asked{Extensions: extension("dc67510fb4289672bea757e862d6b00e83db5d3cbbcfb15260601b6f29bb2b8f")}, "", "query A { a }"},
		{"Relay's id", trusted(), documents.Asked{ID: "0c3a"}, "", c},
		{"codegen's id in Apollo's extension", trusted(), documents.Asked{Extensions: extension("9f8e")}, "", `query D { d(text: "x, y") }`},
		{"hash of the text, whatever the manifest calls it", trusted(), documents.Asked{ID: "sha256:" + hashOf(c)}, "", c},
		{"hash of the text in capitals", trusted(), documents.Asked{Extensions: extension(strings.ToUpper(hashOf(c)))}, "", c},
		{"an id that nobody knows", trusted(), documents.Asked{ID: "zz"}, "", documents.CodeNotInList},
		{"no id and no text", trusted(), documents.Asked{}, "", "INVALID_GRAPHQL_REQUEST"},
		{"another client's", trusted(), documents.Asked{ID: "ios"}, "web", documents.CodeNotInList},
		{"the client's", trusted(), documents.Asked{ID: "ios"}, "ios", "query B { ios }"},
		{"one for the client before one for all", trusted(), documents.Asked{ID: "shared"}, "ios", "query S { forIOS }"},
		{"one for all", trusted(), documents.Asked{ID: "shared"}, "web", "query S { forAll }"},
		{"id and its text", trusted(), documents.Asked{ID: "9f8e", Text: `query D{d(text:"x, y")}`}, "", `query D { d(text: "x, y") }`},
		{"id and another text", trusted(), documents.Asked{ID: "9f8e", Text: "{ secret }"}, "", documents.CodeIDAndText},
		{"hash and another text", trusted(), documents.Asked{Text: "{ secret }", Extensions: extension("9f8e")}, "", documents.CodeMismatch},
		{"version 2", trusted(), documents.Asked{Extensions: []byte(`{"persistedQuery":{"version":2,"sha256Hash":"9f8e"}}`)}, "", "INVALID_GRAPHQL_REQUEST"},
		{"a list", trusted(), documents.Asked{Extensions: []byte(`{"persistedQuery":[]}`)}, "", "INVALID_GRAPHQL_REQUEST"},
		{"two names", trusted(), documents.Asked{ID: "0c3a", Extensions: extension("9f8e")}, "", "INVALID_GRAPHQL_REQUEST"},

		{"only: the text", only(), documents.Asked{Text: "query A { a }"}, "", "query A { a }"},
		{"only: other spaces", only(), documents.Asked{Text: "#x\nquery,A{\n\ta\n}"}, "", "query A { a }"},
		{"only: fragments first", only(), documents.Asked{Text: "fragment F on T{f} query C($n:Int=1)@d(a:{b:2}){c(n:$n)...F}"}, "", c},
		{"only: another string", only(), documents.Asked{Text: `query D { d(text: "x,y") }`}, "", documents.CodeNotInSafelist},
		{"only: another field", only(), documents.Asked{Text: "query A { a b }"}, "", documents.CodeNotInSafelist},
		{"only: one more operation", only(), documents.Asked{Text: "query A { a } { b }"}, "", documents.CodeNotInSafelist},
		{"only: brackets that close too soon", only(), documents.Asked{Text: "} query A { a }"}, "", documents.CodeNotInSafelist},
		{"only: introspection", only(), documents.Asked{Text: "{ __schema { types { name } } }"}, "", documents.CodeNotInSafelist},
		{"only: no text of tokens", only(), documents.Asked{Text: "query A { a } \x00"}, "", documents.CodeNotInSafelist},
		{"only: another client's text", only(), documents.Asked{Text: "query B { ios }"}, "web", documents.CodeNotInSafelist},
		{"only: the client's text", only(), documents.Asked{Text: "query B { ios }"}, "ios", "query B { ios }"},
		{"only: a text with its own hash", only(), documents.Asked{Text: "{ x }", Extensions: extension(hashOf("{ x }"))}, "", documents.CodeNotInSafelist},
		{"by id: the text", onlyByID(), documents.Asked{Text: "query A { a }"}, "", documents.CodeIDRequired},
		{"by id: the id", onlyByID(), documents.Asked{ID: "0c3a"}, "", c},

		{"automatic: unknown", automatic(), documents.Asked{Extensions: extension(hashOf("{ a }"))}, "", documents.CodeNotFound},
		{"automatic: another's hash", automatic(), documents.Asked{Text: "{ b }", Extensions: extension(hashOf("{ a }"))}, "", documents.CodeMismatch},
		{"automatic: no hash at all", automatic(), documents.Asked{Text: "{ b }", Extensions: extension("short")}, "", documents.CodeMismatch},
		{"automatic: no hash to ask for", automatic(), documents.Asked{Extensions: extension("short")}, "", documents.CodeNotFound},
		{"automatic and manifests", both, documents.Asked{Extensions: extension("9f8e")}, "", `query D { d(text: "x, y") }`},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.asked.Header = http.Header{"Apollographql-Client-Name": {test.client}}
			got, refused := store(t, manifests(), test.cfg, nil).Find(test.asked)
			if refused != nil {
				got = refused.Code
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestAHashIsAskedForOnceItsTextWasSent: and nobody can have it stand for another text.
func TestAHashIsAskedForOnceItsTextWasSent(t *testing.T) {
	s := store(t, nil, automatic(), nil)
	hash := extension(hashOf("{ a }"))
	_, _ = s.Find(documents.Asked{Text: "{ poison }", Extensions: hash})
	if text, refused := s.Find(documents.Asked{Extensions: hash}); refused == nil {
		t.Fatalf("a text that has another hash is found: %q", text)
	}
	for _, asked := range []documents.Asked{{Text: "{ a }", Extensions: hash}, {Extensions: hash}, {Extensions: extension(strings.ToUpper(hashOf("{ a }")))}} {
		if text, refused := s.Find(asked); text != "{ a }" {
			t.Errorf("%+v: %q, %v", asked, text, refused)
		}
	}
	if text, refused := s.Find(documents.Asked{Text: "{ poison }", Extensions: hash}); refused == nil || refused.Code != documents.CodeMismatch {
		t.Errorf("a known hash with another text: %q, %v", text, refused)
	}
}

// TestWhatIsKeptForClientsIsBounded: by bytes, and what was asked for longest ago goes first.
func TestWhatIsKeptForClientsIsBounded(t *testing.T) {
	cfg := automatic()
	cfg.APQ.MaxBytes = 10_000
	s := store(t, nil, cfg, nil)
	text := func(i int) string { return fmt.Sprintf("{ f%03d } #%s", i, strings.Repeat("x", 800)) }
	keep := func(text string) { _, _ = s.Find(documents.Asked{Text: text, Extensions: extension(hashOf(text))}) }
	found := func(text string) bool {
		_, refused := s.Find(documents.Asked{Extensions: extension(hashOf(text))})
		return refused == nil
	}
	keep(text(0))
	for i := 1; i < 100; i++ {
		keep(text(i))
		if !found(text(0)) {
			t.Fatalf("what is asked again and again is gone after %d", i)
		}
	}
	kept := 0
	for i := range 100 {
		if found(text(i)) {
			kept++
		}
	}
	if kept < 5 || kept > 10 || found(text(1)) || !found(text(99)) {
		t.Errorf("%d texts are kept of 10,000 bytes; the second: %v, the last: %v", kept, found(text(1)), found(text(99)))
	}
	large := "{ a } #" + strings.Repeat("x", 5_000)
	if keep(large); found(large) || !found(text(99)) {
		t.Error("one text drives out the others")
	}
}

func TestUnknownOperationsAreLogged(t *testing.T) {
	cfg := trusted()
	cfg.PersistedQueries.LogUnknown = true
	var log strings.Builder
	s := store(t, manifests(), cfg, &log)
	for range 3 {
		for _, text := range []string{"query A{a}", "{ other }"} {
			if _, refused := s.Find(documents.Asked{Text: text}); refused != nil {
				t.Fatal(refused)
			}
		}
	}
	if n := strings.Count(log.String(), "in no manifest"); n != 1 || !strings.Contains(log.String(), "{ other }") {
		t.Errorf("%d lines, want one of the unknown operation:\n%s", n, log.String())
	}
}

func TestManifestsThatCannotBeRead(t *testing.T) {
	for text, says := range map[string]string{
		`[]`: "relay.json: is no JSON object",
		`{`:  "relay.json: is no JSON object",
		`{"format":"other","version":1,"operations":[]}`:                                     `relay.json: has the format "other"`,
		`{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}`:           "in version 2",
		`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a"}]}`: "operation 1 has no id, or no body",
		`{"a":1,"b":""}`:            `"b" is no id with the text`,
		`{"a":"query { \"x }"}`:     "relay.json: a: the text cannot be read as GraphQL",
		`{"a":"{ a }","a":"{ b }"}`: `the id "a" is given twice`,
		`{"9f8e":"{ b }"}`:          "9f8e: the id has another text in",
	} {
		files := manifests()
		files["relay.json"] = &fstest.MapFile{Data: []byte(text)}
		if _, err := open(files, trusted(), nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	if _, err := open(fstest.MapFS{"a": {Data: []byte(`{"format":"{ a }"}`)}}, documents.Config{
		PersistedQueries: documents.PersistedQueries{Enabled: true, LocalManifests: []string{"a"}},
	}, nil); err != nil {
		t.Errorf("an id that is a key of Apollo's: %v", err)
	}
	files := manifests()
	delete(files, "relay.json")
	if _, err := open(files, trusted(), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestConfigurationsThatContradictThemselves(t *testing.T) {
	both := only()
	both.APQ.Enabled = true
	loose := trusted()
	loose.PersistedQueries.Safelist.RequireID = true
	none := trusted()
	none.PersistedQueries.LocalManifests = nil
	off := only()
	off.PersistedQueries.Enabled = false
	for want, cfg := range map[string]documents.Config{
		"apq.enabled: ": both,
		"persisted_queries.safelist.require_id: ": loose,
		"persisted_queries.local_manifests: ":     none,
		"persisted_queries.safelist.enabled: ":    off,
	} {
		if err := cfg.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if err := onlyByID().Validate(); err != nil {
		t.Error(err)
	}
}

// graph refuses texts with a word.
type graph struct{ wrong string }

func (g graph) Know(_ context.Context, texts []string) []error {
	out := make([]error, len(texts))
	for i, text := range texts {
		if strings.Contains(text, g.wrong) {
			out[i] = errors.New("no such field")
		}
	}
	return out
}

func TestDocumentsThatDoNotFitAreNamed(t *testing.T) {
	var log strings.Builder
	store(t, manifests(), trusted(), &log).Serve(t.Context(), graph{"d(text"})
	if text := log.String(); strings.Count(text, "level=WARN") != 1 || !strings.Contains(text, "file=codegen.json id=9f8e") {
		t.Error(text)
	}
}

// TestTextsCostNothing: neither where any may be asked, nor where they are those of a manifest.
func TestTextsCostNothing(t *testing.T) {
	header := http.Header{"Apollographql-Client-Name": {"web"}}
	for name, cfg := range map[string]documents.Config{"prefer": trusted(), "only": only(), "automatic": automatic()} {
		s, asked := store(t, manifests(), cfg, nil), documents.Asked{Text: "query A { a }", Header: header}
		if n := testing.AllocsPerRun(100, func() { _, _ = s.Find(asked) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestLongTextsAreGivenUpEarly: one that has more tokens than any document is none of them, however long it is.
func TestLongTextsAreGivenUpEarly(t *testing.T) {
	s, text := store(t, manifests(), only(), nil), "{"+strings.Repeat(" a", 1_000_000)+"}"
	start := time.Now()
	for range 100 {
		if _, refused := s.Find(documents.Asked{Text: text}); refused == nil {
			t.Fatal("a text that no manifest has is found")
		}
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("100 texts of 2 MB took %s", took)
	}
}

func FuzzOnlyTheManifestsTextsAreExecuted(f *testing.F) {
	s, err := open(manifests(), only(), nil)
	if err != nil {
		f.Fatal(err)
	}
	known := map[string]bool{
		"": true, "query A { a }": true, "query S { forAll }": true, `query D { d(text: "x, y") }`: true,
		"query C($n: Int = 1) @d(a: {b: 2}) { c(n: $n) ...F }\nfragment F on T { f }": true,
	}
	for text := range known {
		f.Add(text, "", "")
	}
	f.Add("", "0c3a", `{"persistedQuery":{"version":1,"sha256Hash":"9f8e"}}`)
	f.Fuzz(func(t *testing.T, text, id, extensions string) {
		got, refused := s.Find(documents.Asked{Text: text, ID: id, Extensions: []byte(extensions)})
		if !known[got] || (got == "") != (refused != nil) {
			t.Errorf("%q, %+v", got, refused)
		}
	})
}
