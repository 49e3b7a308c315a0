package exchange_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/auth/exchange"
)

// issuer answers with a status and a text, and keeps what it was sent.
type issuer struct {
	status int
	answer string
	err    error
	asked  atomic.Int32

	mu     sync.Mutex
	form   url.Values
	header [][2]string
}

func (i *issuer) post(_ context.Context, _ string, header [][2]string, body []byte) (int, []byte, error) {
	i.asked.Add(1)
	form, _ := url.ParseQuery(string(body))
	i.mu.Lock()
	defer i.mu.Unlock()
	i.form, i.header = form, header
	return i.status, []byte(i.answer), i.err
}

func TestWhatTheIssuerIsAsked(t *testing.T) {
	i := &issuer{status: 200, answer: `{"access_token":"other","token_type":"bearer","expires_in":60}`}
	e := exchange.New(exchange.Config{URL: "http://i", Audience: "a", Resource: "r", Scope: "s t", ClientID: "c:", ClientSecret: "d d"}, i.post)
	if got, err := e.Token(t.Context(), "mine"); got != "other" || err != nil {
		t.Fatal(got, err)
	}
	want := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {"mine"},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "audience": {"a"}, "resource": {"r"}, "scope": {"s t"},
	}
	header := [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", "Basic YyUzQTpkK2Q="}}
	if diff := cmp.Diff(want, i.form) + cmp.Diff(header, i.header); diff != "" {
		t.Error(diff)
	}
	public := exchange.New(exchange.Config{URL: "http://i", ClientID: "c", SubjectTokenType: "urn:x"}, i.post)
	if _, err := public.Token(t.Context(), "mine"); err != nil || i.form.Get("client_id") != "c" || i.form.Get("subject_token_type") != "urn:x" || len(i.header) != 1 {
		t.Error(err, i.form, i.header)
	}
}

func TestATokenIsTradedOnceForAll(t *testing.T) {
	i := &issuer{status: 200, answer: `{"access_token":"other","token_type":"Bearer","expires_in":60}`}
	e := exchange.New(exchange.Config{URL: "http://i"}, i.post)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got, err := e.Token(t.Context(), "mine"); got != "other" || err != nil {
				t.Error(got, err)
			}
		})
	}
	all.Wait()
	if n := i.asked.Load(); n != 1 {
		t.Errorf("traded %d times", n)
	}
	// What was accepted once and is refused now is traded anew; what was replaced already is not.
	if e.Judge("mine", "other", false) || !e.Judge("mine", "other", true) {
		t.Error("what is refused is kept")
	}
	i.answer = `{"access_token":"newer","token_type":"Bearer","expires_in":60}`
	if got, _ := e.Token(t.Context(), "mine"); got != "newer" {
		t.Error(got)
	}
	if !e.Judge("mine", "other", true) {
		t.Error("there is a better one")
	}
	if got, _ := e.Token(t.Context(), "mine"); got != "newer" || i.asked.Load() != 2 {
		t.Error(got, i.asked.Load())
	}
}

// TestNoTokenIsMadeOfWhatIsNone: whatever the issuer answers, and no error holds a token.
func TestNoTokenIsMadeOfWhatIsNone(t *testing.T) {
	for name, tc := range map[string]struct {
		issuer  *issuer
		refused bool
	}{
		"away":        {&issuer{err: errors.New("connection refused")}, false},
		"refused":     {&issuer{status: 400, answer: `{"error":"invalid_grant","access_token":"t"}`}, true},
		"a redirect":  {&issuer{status: 302, answer: `{"access_token":"t","token_type":"Bearer"}`}, true},
		"no JSON":     {&issuer{status: 200, answer: `<html>`}, true},
		"no token":    {&issuer{status: 200, answer: `{"token_type":"Bearer"}`}, true},
		"two headers": {&issuer{status: 200, answer: `{"access_token":"t\r\nX-Admin: 1","token_type":"Bearer"}`}, true},
		"two words":   {&issuer{status: 200, answer: `{"access_token":"t u","token_type":"Bearer"}`}, true},
		"other type":  {&issuer{status: 200, answer: `{"access_token":"t","token_type":"DPoP"}`}, true},
	} {
		e := exchange.New(exchange.Config{URL: "http://i"}, tc.issuer.post)
		got, err := e.Token(t.Context(), "mine-secret")
		if got != "" || err == nil || errors.Is(err, exchange.ErrRefused) != tc.refused || strings.Contains(err.Error(), "mine-secret") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestFaultsOfTheConfiguration(t *testing.T) {
	for _, tc := range []struct {
		cfg  exchange.Config
		want string
	}{
		{exchange.Config{URL: "issuer"}, "url: must be the URL"},
		{exchange.Config{URL: "http://user:pass@i"}, "url: must be the URL"},
		{exchange.Config{URL: "http://i", ClientSecret: "s"}, "client_id: must be given"},
	} {
		if err := errors.Join(tc.cfg.Validate()...); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v, want %s", err, tc.want)
		}
	}
}
