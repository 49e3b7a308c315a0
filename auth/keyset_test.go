package auth_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ficusgraph/ficus/auth"
)

// issuer is a server of key sets whose answer can be changed.
type issuer struct {
	*httptest.Server
	answer atomic.Pointer[http.HandlerFunc]
	loads  atomic.Int32
}

func newIssuer(t *testing.T, keys ...string) *issuer {
	t.Helper()
	i := &issuer{}
	i.publish(keys...)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.loads.Add(1)
		(*i.answer.Load())(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) set(h http.HandlerFunc) { i.answer.Store(&h) }

// publish has the issuer answer with the keys.
func (i *issuer) publish(keys ...string) {
	i.set(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"keys":[`+strings.Join(keys, ",")+`]}`)
	})
}

// slow is a poll interval that does not come in a test, quick one that does.
const (
	slow  = time.Hour
	quick = 10 * time.Millisecond
)

func kid(id string) map[string]any { return map[string]any{"kid": id} }

// TestRotation: a token with a key id that is new has the keys loaded; a key that is gone does not verify any
// more, cached or not.
func TestRotation(t *testing.T) {
	k := keys()
	from := newIssuer(t, rsaJWK(k.rsa, "old", nil))
	v := verifier(t, one(auth.KeySet{URL: from.URL, PollInterval: slow}), auth.Parts{Rules: auth.Rules{Between: time.Nanosecond}})
	old := sign(t, jwt.SigningMethodRS256, k.rsa, kid("old"), good(nil))
	if _, err := v.Verify(t.Context(), old); err != nil {
		t.Fatalf("with the first key: %v", err)
	}
	from.publish(rsaJWK(k.other, "new", nil))
	// Many at once: all of them wait for the one load.
	token := sign(t, jwt.SigningMethodRS256, k.other, kid("new"), good(nil))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Errorf("with the new key: %v", err)
			}
		})
	}
	all.Wait()
	if _, err := v.Verify(t.Context(), old); reason(t, err) != auth.ReasonKey {
		t.Errorf("with the key that is gone: %v", err)
	}
}

// TestUnknownKeysDoNotFlood: made-up key ids do not make the gateway call the issuer each time.
func TestUnknownKeysDoNotFlood(t *testing.T) {
	k := keys()
	from := newIssuer(t, rsaJWK(k.rsa, "k", nil))
	at := now
	v := verifier(t, one(auth.KeySet{URL: from.URL, PollInterval: slow}), auth.Parts{Now: func() time.Time { return at }})
	if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, k.rsa, kid("k"), good(nil))); err != nil {
		t.Fatal(err)
	}
	before := from.loads.Load()
	for n := range 50 {
		at = at.Add(time.Minute / 50)
		_, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, k.rsa, kid("made up"), good(map[string]any{"n": n})))
		if reason(t, err) != auth.ReasonKey {
			t.Fatalf("made-up key: %v", err)
		}
	}
	if loads := from.loads.Load() - before; loads < 1 || loads > 7 {
		t.Errorf("%d loads in a minute, want one each ten seconds", loads)
	}
}

// TestLastGoodKeysStay: whatever an issuer answers later, the keys that were good stay.
func TestLastGoodKeysStay(t *testing.T) {
	k := keys()
	for name, h := range map[string]http.HandlerFunc{
		"500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"html": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>down for maintenance</html>")
		},
		"no keys":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"keys":[]}`) },
		"huge":     func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2<<20)) },
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"encryption keys only": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, rsaJWK(k.other, "k", map[string]any{"use": "enc"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			from := newIssuer(t, rsaJWK(k.rsa, "k", nil))
			v := verifier(t, one(auth.KeySet{URL: from.URL, PollInterval: quick}), auth.Parts{Rules: auth.Rules{Retry: time.Millisecond}})
			eventually(t, v.Ready)
			from.set(h)
			loads := from.loads.Load()
			eventually(t, func() bool { return from.loads.Load() > loads+2 })
			if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, k.rsa, kid("k"), good(nil))); err != nil {
				t.Errorf("with the last good key: %v", err)
			}
		})
	}
}

// TestUnavailable: before the keys could be loaded, a token is not bad but cannot be judged; then it is good.
func TestUnavailable(t *testing.T) {
	k := keys()
	from := newIssuer(t)
	from.set(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Api-Key") != "s3" {
			t.Error("the configured header did not come")
		}
		w.WriteHeader(503)
	})
	v := verifier(t, one(auth.KeySet{URL: from.URL, PollInterval: quick, Headers: []auth.Header{{Name: "X-Api-Key", Value: "s3"}}}), auth.Parts{})
	token := sign(t, jwt.SigningMethodRS256, k.rsa, kid("k"), good(nil))
	if _, err := v.Verify(t.Context(), token); !errors.Is(err, auth.ErrUnavailable) || v.Ready() {
		t.Errorf("error %v, ready %v", err, v.Ready())
	}
	from.publish(rsaJWK(k.rsa, "k", nil))
	eventually(t, v.Ready)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("after the keys were loaded: %v", err)
	}
}

// TestSecretsFromURLs: a shared key that anybody can fetch is not used unless the configuration says so.
func TestSecretsFromURLs(t *testing.T) {
	from := newIssuer(t, `{"kty":"oct","k":"`+b64(secret)+`"}`)
	token := sign(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil))
	v := verifier(t, one(auth.KeySet{URL: from.URL, PollInterval: slow}), auth.Parts{})
	eventually(t, v.Ready)
	if _, err := v.Verify(t.Context(), token); reason(t, err) != auth.ReasonAlgorithm {
		t.Errorf("error %v, want that the algorithm is not allowed", err)
	}
	v = verifier(t, one(auth.KeySet{URL: from.URL, PollInterval: slow, Algorithms: []string{"HS256"}}), auth.Parts{})
	eventually(t, v.Ready)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("allowed: %v", err)
	}
}

// TestFile: keys in a file are read again when it changes; a file that is not there ends the start.
func TestFile(t *testing.T) {
	k := keys()
	name := filepath.Join(t.TempDir(), "keys.json")
	write := func(text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"keys":[` + rsaJWK(k.rsa, "a", nil) + `]}`)
	v := verifier(t, one(auth.KeySet{File: name, PollInterval: quick}), auth.Parts{})
	if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, k.rsa, kid("a"), good(nil))); err != nil {
		t.Fatal(err)
	}
	write(public(t, k.other))
	eventually(t, func() bool {
		_, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, k.other, kid("b"), good(nil)))
		return err == nil
	})
	cfg := one(auth.KeySet{File: name + ".absent"})
	if _, err := auth.New(auth.Config{Router: auth.Router{JWT: &cfg}}, auth.Parts{}); err == nil || !strings.Contains(err.Error(), "jwks[0]") {
		t.Errorf("error %v, want one about the file", err)
	}
}

// TestClose: nothing is loaded after Close, and what was loaded still verifies.
func TestClose(t *testing.T) {
	k := keys()
	from := newIssuer(t, rsaJWK(k.rsa, "k", nil))
	v := verifier(t, one(auth.KeySet{URL: from.URL, PollInterval: quick}), auth.Parts{})
	eventually(t, v.Ready)
	v.Close()
	loads := from.loads.Load()
	time.Sleep(50 * time.Millisecond)
	if got := from.loads.Load(); got != loads {
		t.Errorf("%d loads after Close", got-loads)
	}
	if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, k.rsa, kid("k"), good(nil))); err != nil {
		t.Errorf("after Close: %v", err)
	}
	start := time.Now()
	if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, k.rsa, kid("new"), good(nil))); reason(t, err) != auth.ReasonKey || time.Since(start) > time.Second {
		t.Errorf("an unknown key after Close: %v after %s", err, time.Since(start))
	}
}

// eventually waits for what happens soon.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatal("it did not happen")
}
