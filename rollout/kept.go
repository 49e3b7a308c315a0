package rollout

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Lowering is what becomes of those on the new side when the percentage is lowered.
type Lowering string

// The ways to lower a percentage.
const (
	// Strict: the percentage decides alone, and who is beyond it leaves. It is the default.
	Strict Lowering = "strict"
	// Keep: who has been on the new side stays there, by a signed cookie, until the migration is aborted or started anew.
	Keep Lowering = "keep"
)

// keptCookie is what the cookie of a migration is called, before its name.
const keptCookie = "ficus-kept-"

// keptFor is how long a client stays away and is still kept.
const keptFor = 30 * 24 * time.Hour

// keeper signs and reads the cookies of those who are kept on the new side: the generation, until when it is good, and a
// MAC over both, the migration and the key. A cookie is worth nothing to another key, nor after another start.
type keeper struct{ secret []byte }

// holds reports whether the request has the cookie of who is kept.
func (k keeper) holds(f Facts, migration string, generation int, key string, now time.Time) bool {
	until, ok := k.until(f, migration, generation, key)
	return ok && now.Before(until)
}

// renewed is the cookie of who is kept, nil if the request has one that is good for long.
func (k keeper) renewed(f Facts, migration string, generation int, key string, now time.Time) *http.Cookie {
	if len(k.secret) == 0 {
		return nil
	}
	if until, ok := k.until(f, migration, generation, key); ok && until.Sub(now) > keptFor/2 {
		return nil
	}
	until := now.Add(keptFor).Truncate(time.Second)
	return &http.Cookie{ //nolint:gosec // not Secure: a gateway without TLS is behind something that has it, or in development; it is worth nothing but a side
		Name: keptCookie + migration, Value: k.sign(migration, generation, key, until.Unix()), Path: "/", Expires: until, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// until is when the request's cookie ends; false if it has none, or another's.
func (k keeper) until(f Facts, migration string, generation int, key string) (time.Time, bool) {
	if len(k.secret) == 0 {
		return time.Time{}, false
	}
	text, ok := f.Cookie(keptCookie + migration)
	if !ok {
		return time.Time{}, false
	}
	parts := strings.SplitN(text, ".", 3)
	if len(parts) != 3 {
		return time.Time{}, false
	}
	until, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || !hmac.Equal([]byte(text), []byte(k.sign(migration, generation, key, until))) {
		return time.Time{}, false
	}
	return time.Unix(until, 0), true
}

func (k keeper) sign(migration string, generation int, key string, until int64) string {
	mac := hmac.New(sha256.New, k.secret)
	_, _ = fmt.Fprintf(mac, "kept\x00%s\x00%d\x00%d\x00%s", migration, generation, until, key)
	return fmt.Sprintf("%d.%d.%s", generation, until, base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}
