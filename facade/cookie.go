package facade

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/rollout"
)

// Cookies signs cookies, and reads those that were signed here: what they say of who is kept together is a fact of the
// request. One looks as
//
//	v1.<key id>.<end, in seconds since 1970>.<the migration's key>.<signature>
//
// and is signed with the migration's name in it, so that it is worth nothing to another migration.
type Cookies struct {
	keys []CookieKey
	now  func() time.Time
	// signed are the migrations of signed cookies, by the cookie's name.
	signed atomic.Pointer[map[string]*rollout.Migration]
}

// NewCookies signs with the first of the keys, and takes what any of them signed. Without any there are none.
func NewCookies(keys []CookieKey, now func() time.Time) *Cookies {
	c := &Cookies{keys: keys, now: now}
	c.signed.Store(&map[string]*rollout.Migration{})
	return c
}

func (c *Cookies) take(t *Table) { c.signed.Store(&t.signed) }

// Facts has the cookies in the facts be those that were signed: of a signed cookie they say for whom, and one that nobody
// signed is not there.
func (c *Cookies) Facts(of rollout.Facts) rollout.Facts {
	if c == nil || len(*c.signed.Load()) == 0 {
		return of
	}
	return facts{of, c}
}

type facts struct {
	rollout.Facts
	cookies *Cookies
}

// Cookie implements rollout.Facts.
func (f facts) Cookie(name string) (string, bool) {
	v, ok := f.Facts.Cookie(name)
	m := (*f.cookies.signed.Load())[name]
	if !ok || m == nil {
		return v, ok
	}
	key, _, ok := f.cookies.open(m, v)
	return key, ok
}

const cookieVersion = "v1"

// seal is the value of the migration's cookie for a key.
func (c *Cookies) seal(m *rollout.Migration, key string, end time.Time) string {
	k := c.keys[0]
	unix, name := strconv.FormatInt(end.Unix(), 10), base64.RawURLEncoding.EncodeToString([]byte(key))
	return strings.Join([]string{cookieVersion, k.ID, unix, name, k.sign(m, unix, key)}, ".")
}

// open is the key that a value was signed for, and until when.
func (c *Cookies) open(m *rollout.Migration, value string) (key string, end time.Time, ok bool) {
	parts := strings.Split(value, ".")
	if len(parts) != 5 || parts[0] != cookieVersion {
		return "", end, false
	}
	unix, err := strconv.ParseInt(parts[2], 10, 64)
	text, failed := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil || failed != nil || !c.now().Before(time.Unix(unix, 0)) {
		return "", end, false
	}
	for _, k := range c.keys {
		if k.ID == parts[1] && hmac.Equal([]byte(k.sign(m, parts[2], string(text))), []byte(parts[4])) {
			return string(text), time.Unix(unix, 0), true
		}
	}
	return "", end, false
}

// sign is the signature of a cookie. Each part has its length before it.
func (k CookieKey) sign(m *rollout.Migration, end, key string) string {
	mac := hmac.New(sha256.New, []byte(k.Secret))
	for _, part := range []string{"ficus facade cookie", cookieVersion, k.ID, m.Name, end, key} {
		_, _ = mac.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// answer is the cookie that an answer must set so that the browser's is right, nil where it is. It is set on the new side
// and taken away on the old one.
func (c *Cookies) answer(r *http.Request, m *rollout.Migration, side rollout.Side) *http.Cookie {
	if m.Cookie == nil {
		return nil
	}
	has, err := r.Cookie(m.Cookie.Name)
	out := &http.Cookie{ //nolint:gosec // as secure as the request: the side is no secret
		Name: m.Cookie.Name, Path: "/", Domain: m.Cookie.Domain, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: isSecure(r),
	}
	age, _ := m.Cookie.Age() // it is valid
	switch {
	case !side.New && err != nil:
		return nil
	case !side.New:
		out.MaxAge = -1
		return out
	case !m.Cookie.Signed:
		if out.Value = m.Cookie.Content(); err == nil && has.Value == out.Value {
			return nil
		}
	default:
		if err == nil {
			if key, end, ok := c.open(m, has.Value); ok && key == side.Key && end.Sub(c.now()) > age/2 {
				return nil
			}
		}
		out.Value = c.seal(m, side.Key, c.now().Add(age))
	}
	out.MaxAge = int(age / time.Second)
	out.Expires = c.now().Add(age)
	return out
}

// isSecure says that the client asked over TLS, here or, as far as it matters to a cookie, at a proxy before.
func isSecure(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}
