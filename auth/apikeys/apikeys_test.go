package apikeys_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/auth/apikeys"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func open(t testing.TB, file string, c *clock) *apikeys.Ring {
	t.Helper()
	r, err := apikeys.NewRing(t.Context(), apikeys.NewFile(file), apikeys.Parts{Now: c.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newRing(t testing.TB) (*apikeys.Ring, *clock, string) {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	file := filepath.Join(t.TempDir(), "keys.json")
	return open(t, file, c), c, file
}

func create(t testing.TB, r *apikeys.Ring, g apikeys.Given) apikeys.Issued {
	t.Helper()
	if g.Name == "" {
		g.Name = "a key"
	}
	out, err := r.Create(t.Context(), g, "ada")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// good says what becomes of a text.
func good(r *apikeys.Ring, text string) error {
	_, err := r.Find(text)
	return err
}

func TestTheLifeOfAKey(t *testing.T) {
	r, c, _ := newRing(t)
	first := create(t, r, apikeys.Given{Tenant: "acme", Scopes: []string{"read"}, Expires: c.Now().Add(48 * time.Hour)})
	k, err := r.Find(first.Text)
	if err != nil || k.ID != first.Key.ID || k.Tenant != "acme" || k.Subject != "key:"+k.ID {
		t.Fatalf("%+v, %v", k, err)
	}
	second, err := r.Rotate(t.Context(), k.ID, time.Hour)
	if err != nil || second.Text == first.Text {
		t.Fatal(second, err)
	}
	third, err := r.Rotate(t.Context(), k.ID, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after time.Duration
		want  [3]error
	}{
		{0, [3]error{}},
		{time.Hour - time.Second, [3]error{}},
		{time.Second, [3]error{apikeys.ErrExpired, nil, nil}}, // its end is not put off by the second rotation
		{23 * time.Hour, [3]error{apikeys.ErrExpired, apikeys.ErrExpired, nil}},
		{24 * time.Hour, [3]error{apikeys.ErrExpired, apikeys.ErrExpired, apikeys.ErrExpired}},
	} {
		c.add(step.after)
		got := [3]error{good(r, first.Text), good(r, second.Text), good(r, third.Text)}
		if got != step.want {
			t.Errorf("at %s: %v, want %v", c.Now(), got, step.want)
		}
	}
	if _, err := r.Rotate(t.Context(), k.ID, 0); !errors.Is(err, apikeys.ErrRefused) {
		t.Error("an expired key is rotated:", err)
	}
}

func TestARevokedKeyStaysRevoked(t *testing.T) {
	r, c, _ := newRing(t)
	k, other := create(t, r, apikeys.Given{}), create(t, r, apikeys.Given{})
	if _, err := r.Revoke(t.Context(), k.Key.ID, "ada", "leaked"); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(good(r, k.Text), apikeys.ErrRevoked) || good(r, other.Text) != nil {
		t.Error(good(r, k.Text), good(r, other.Text))
	}
	at := c.Now()
	c.add(time.Hour)
	again, err := r.Revoke(t.Context(), k.Key.ID, "bob", "again")
	if err != nil || again.State != apikeys.StateRevoked || *again.Revoked != (apikeys.Revocation{At: at, By: "ada", Why: "leaked"}) {
		t.Errorf("%+v %v", again, err)
	}
	if _, err := r.Rotate(t.Context(), k.Key.ID, 0); !errors.Is(err, apikeys.ErrRefused) {
		t.Error("a revoked key is rotated:", err)
	}
	for _, err := range []error{
		func() error { _, err := r.Revoke(t.Context(), "nowhere", "", ""); return err }(),
		func() error { _, err := r.Rotate(t.Context(), "nowhere", 0); return err }(),
	} {
		if !errors.Is(err, apikeys.ErrNone) {
			t.Error(err)
		}
	}
}

// TestATextIsItsOwnProof: any change of one character is found by the checksum, and what has the form and the checksum
// but not the secret is not known.
func TestATextIsItsOwnProof(t *testing.T) {
	r, _, _ := newRing(t)
	k := create(t, r, apikeys.Given{})
	if !regexp.MustCompile(`^fic_[a-z2-7]{10}_[0-9A-Za-z]{49}$`).MatchString(k.Text) || !strings.HasPrefix(k.Text, k.Key.Prefix) {
		t.Errorf("the text is %s, its prefix %s", k.Text, k.Key.Prefix)
	}
	for i := range k.Text {
		changed := []byte(k.Text)
		changed[i] ^= 1
		if err := good(r, string(changed)); !errors.Is(err, apikeys.ErrMalformed) {
			t.Errorf("changed at %d: %v", i, err)
		}
	}
	for _, text := range []string{"", "fic_", k.Text + "a", k.Text[:len(k.Text)-1], strings.ToUpper(k.Text), strings.Repeat("_", len(k.Text)), " " + k.Text} {
		if err := good(r, text); !errors.Is(err, apikeys.ErrMalformed) {
			t.Errorf("%q: %v", text, err)
		}
	}
	stranger, _, _ := newRing(t)
	if err := good(r, create(t, stranger, apikeys.Given{}).Text); !errors.Is(err, apikeys.ErrUnknown) {
		t.Error("another gateway's key:", err)
	}
}

// TestAnotherSecretOfTheIDTellsNothing, not even that the key was revoked.
func TestAnotherSecretOfTheIDTellsNothing(t *testing.T) {
	r, c, file := newRing(t)
	k := create(t, r, apikeys.Given{})
	other := filepath.Join(t.TempDir(), "other.json")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(other, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	forged, err := open(t, other, c).Rotate(t.Context(), k.Key.ID, 0) // the right id and checksum, another secret
	if err != nil {
		t.Fatal(err)
	}
	if err := good(r, forged.Text); !errors.Is(err, apikeys.ErrUnknown) {
		t.Error(err)
	}
	if _, err := r.Revoke(t.Context(), k.Key.ID, "", ""); err != nil {
		t.Fatal(err)
	}
	if err := good(r, forged.Text); !errors.Is(err, apikeys.ErrUnknown) {
		t.Error("of a revoked key:", err)
	}
}

// TestNoTextIsKept, nor shown in the list.
func TestNoTextIsKept(t *testing.T) {
	r, _, file := newRing(t)
	k := create(t, r, apikeys.Given{})
	rotated, err := r.Rotate(t.Context(), k.Key.ID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	listed, err := json.Marshal(r.List())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{k.Text, rotated.Text} {
		secret := text[len(k.Key.Prefix):]
		if strings.Contains(string(kept), secret) || strings.Contains(string(listed), secret) {
			t.Error("the secret is kept")
		}
	}
	if strings.Contains(string(listed), "sha256") {
		t.Error("hashes are listed")
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
}

func TestWhatCannotBeAKey(t *testing.T) {
	r, c, _ := newRing(t)
	for name, g := range map[string]apikeys.Given{
		"name: must be given":                 {Name: " "},
		"name: is longer than 200 bytes":      {Name: strings.Repeat("n", 201)},
		"subject: has characters that":        {Name: "n", Subject: "a\r\nX-Admin: 1"},
		"tenant: has characters that":         {Name: "n", Tenant: "a\x00"},
		`scopes: "a b" is no scope`:           {Name: "n", Scopes: []string{"a b"}},
		`scopes: "" is no scope`:              {Name: "n", Scopes: []string{""}},
		"scopes: there are more than 100":     {Name: "n", Scopes: make([]string, 101)},
		"rate_limit: must not be":             {Name: "n", RateLimit: -1},
		"expires: 2026-11-21T12:00:00Z is ov": {Name: "n", Expires: c.Now()},
	} {
		if _, err := r.Create(t.Context(), g, ""); !errors.Is(err, apikeys.ErrRefused) || !strings.Contains(err.Error(), name) {
			t.Errorf("want %s, have %v", name, err)
		}
	}
	if n := len(r.List()); n > 0 {
		t.Errorf("there are %d keys", n)
	}
	k := create(t, r, apikeys.Given{})
	for range 4 {
		if _, err := r.Rotate(t.Context(), k.Key.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Rotate(t.Context(), k.Key.ID, time.Hour); err == nil || !strings.Contains(err.Error(), "5 secrets that are still good") {
		t.Error(err)
	}
	if _, err := r.Rotate(t.Context(), k.Key.ID, -time.Hour); !errors.Is(err, apikeys.ErrRefused) {
		t.Error(err)
	}
	if _, err := r.Rotate(t.Context(), k.Key.ID, 0); err != nil {
		t.Error(err)
	}
}

// TestAChangeOfTheFileIsInForceWithinASecond, whoever made it; and a file that is broken or gone changes nothing.
func TestAChangeOfTheFileIsInForceWithinASecond(t *testing.T) {
	command, c, file := newRing(t)
	k := create(t, command, apikeys.Given{})
	gateway := open(t, file, c)
	ctx, stop := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { gateway.Follow(ctx) })
	defer following.Wait()
	defer stop()

	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{
		"", `{"keys": [{`, `{"keys": []} {}`, `{"kyes": []}`, `{"keys": [{"id": "aaaaaaaaaa", "name": "n", "secrets": []}]}`,
		strings.Replace(string(whole), `"sha256": "`, `"sha256": "0`, 1), strings.Replace(string(whole), k.Key.ID, "short", 1),
	} {
		if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := apikeys.NewRing(t.Context(), apikeys.NewFile(file), apikeys.Parts{}); err == nil {
			t.Errorf("%q is read", broken)
		}
		if _, err := command.Create(t.Context(), apikeys.Given{Name: "n"}, ""); err == nil {
			t.Errorf("%q is written over", broken)
		}
	}
	time.Sleep(time.Second)
	if err := good(gateway, k.Text); err != nil {
		t.Error("with a broken file:", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	if err := good(gateway, k.Text); err != nil {
		t.Error("without the file:", err)
	}
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := command.Revoke(t.Context(), k.Key.ID, "", ""); err != nil {
		t.Fatal(err)
	}
	for good(gateway, k.Text) == nil {
		if time.Since(began) > 3*time.Second { // a second, and what a busy machine takes
			t.Fatal("a revoked key is accepted after 3s")
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("in force after %s", time.Since(began))
}

// TestManyChangeTheFileAtOnce: each through a store of its own, as processes do, and none loses another's.
func TestManyChangeTheFileAtOnce(t *testing.T) {
	r, c, file := newRing(t)
	var all sync.WaitGroup
	for range 4 {
		mine := open(t, file, c)
		all.Go(func() {
			for range 5 {
				if _, err := mine.Create(context.WithoutCancel(t.Context()), apikeys.Given{Name: "n"}, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	create(t, r, apikeys.Given{})
	if n := len(r.List()); n != 21 {
		t.Errorf("%d keys are kept, want 21", n)
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range left {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"keys.json", "keys.json.lock"}, names); diff != "" {
		t.Error(diff)
	}
}

// TestALinkStaysOne: the file may be in another folder, and may be for a group to read.
func TestALinkStaysOne(t *testing.T) {
	_, c, file := newRing(t)
	if err := os.WriteFile(file, []byte(`{"keys": []}`), 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	k := create(t, open(t, link, c), apikeys.Given{})
	if err := good(open(t, file, c), k.Text); err != nil {
		t.Error(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error(info.Mode(), err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Error(info.Mode(), err)
	}
}

func BenchmarkFind(b *testing.B) {
	r, _, _ := newRing(b)
	k := create(b, r, apikeys.Given{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Find(k.Text); err != nil {
			b.Fatal(err)
		}
	}
}
