package apikeys_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ficusgraph/ficus/auth/apikeys"
)

// FuzzText: no text but the key's own is accepted, and none has an error of another kind.
func FuzzText(f *testing.F) {
	r, _, _ := newRing(f)
	k := create(f, r, apikeys.Given{})
	for _, text := range []string{"", k.Text, k.Text[1:], "fic_" + k.Key.ID + "_", k.Text + "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := r.Find(text)
		if (err == nil) != (text == k.Text) || err != nil && !errors.Is(err, apikeys.ErrMalformed) && !errors.Is(err, apikeys.ErrUnknown) {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// FuzzFile: whatever a file holds, it is read or refused; what was read can be changed and read again.
func FuzzFile(f *testing.F) {
	r, _, file := newRing(f)
	create(f, r, apikeys.Given{Scopes: []string{"read"}})
	whole, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{string(whole), `{"keys": []}`, `{"keys": null}`, `null`, ``, `{"keys": [{}]}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := apikeys.NewRing(t.Context(), apikeys.NewFile(file), apikeys.Parts{})
		if err != nil {
			return
		}
		before := len(r.List())
		k := create(t, r, apikeys.Given{})
		if _, err := r.Find(k.Text); err != nil || len(r.List()) != before+1 {
			t.Errorf("%q: %v, %d keys after %d", text, err, len(r.List()), before)
		}
	})
}
