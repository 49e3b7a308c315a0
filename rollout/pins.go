package rollout

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Headers by which a request chooses sides, where it may, and by which an answer says them. Cookies of the same names do
// the same for browsers; a cookie that does not hold any longer is ignored.
const (
	HeaderSides = "Ficus-Sides"
	HeaderGrant = "Ficus-Sides-Grant"
)

// Refusal is a request that chooses what it may not, or what cannot be chosen.
type Refusal struct {
	// Status of the answer, and Code in extensions.code.
	Status        int
	Code, Message string
}

// Error implements error.
func (r *Refusal) Error() string { return r.Message }

// Codes of requests whose choice of sides is refused.
const (
	CodeSides      = "SIDES_INVALID"
	CodeSidesGrant = "SIDES_GRANT_INVALID"
)

// Begin begins the decision of a request, at the sides that it chooses. Free: it may choose without a grant, as in
// development. Told reports whether the answer is to say the sides. The refusal is a choice made by headers that does not
// hold; one by cookies is ignored.
func (b *Board) Begin(f Facts, free bool) (d *Decision, told bool, refused *Refusal) {
	if b.facts != nil {
		f = b.facts(f)
	}
	d = b.Table().Begin(f)
	d.keeper, d.writers, d.now = keeper{[]byte(b.cfg.Secret)}, b.writers, b.now()
	text, byHeader := f.Header(HeaderSides)
	token, grantByHeader := f.Header(HeaderGrant)
	if !byHeader {
		text, _ = f.Cookie(HeaderSides)
	}
	if !grantByHeader {
		token, _ = f.Cookie(HeaderGrant)
	}
	told = free
	may := func(string) bool { return free }
	if token != "" {
		g, err := b.cfg.granted(token, d.now)
		switch {
		case err == nil:
			told, may = true, func(name string) bool { return free || g.allows(name) }
		case grantByHeader:
			return d, false, &Refusal{http.StatusForbidden, CodeSidesGrant, HeaderGrant + ": " + err.Error()}
		}
	}
	if text == "" {
		return d, told, nil
	}
	pins, err := b.pins(text, may)
	if err != nil && byHeader {
		var not *Refusal
		if errors.As(err, &not) {
			return d, false, not
		}
		return d, false, &Refusal{http.StatusBadRequest, CodeSides, HeaderSides + ": " + err.Error()}
	}
	if err == nil {
		d.pins = pins
	}
	return d, told, nil
}

// pins reads the choice of sides: migrations with a side each, such as "site-health=new, checkout=old".
func (b *Board) pins(text string, may func(migration string) bool) (map[string]bool, error) {
	out := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		name, side, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case side != "old" && side != "new":
			return nil, fmt.Errorf("%q is no side of a migration; write site-health=new, or =old", strings.TrimSpace(part))
		case !may(name):
			return nil, &Refusal{http.StatusForbidden, CodeSidesGrant, fmt.Sprintf("%s: %q needs a grant here; ficus rollout grant makes one", HeaderSides, name)}
		case !b.has(name):
			return nil, fmt.Errorf("there is no migration %q", name)
		}
		out[name] = side == "new"
	}
	return out, nil
}

// has reports whether there is a migration.
func (b *Board) has(name string) bool { return b.Table().rules[labelPrefix+name] != nil }

// Moves reports whether there are migrations, which costs nothing to ask.
func (b *Board) Moves() bool { return b.Table().moves }
