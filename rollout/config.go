package rollout

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Config says how override labels are decided; the key is "rollout".
type Config struct {
	// Key is who is kept together: the first that a request has counts. Without any, the claims tenant and sub.
	Key []Key `yaml:"key"`
	// Labels by name. percent(x) needs no entry; one replaces the percentage in the schema.
	Labels map[string]Label `yaml:"labels"`
	// Migrations are the files that say what moves together: names, or patterns. By default they are migrations/*.yaml;
	// [] is none.
	Migrations []string `yaml:"migrations"`
	// Secret signs grants, and the cookies of those who are kept on the new side; of at least 32 bytes, and the same on all
	// replicas. Without it there are none.
	Secret string `yaml:"secret"`
}

// Patterns are those of the migrations' files.
func (c Config) Patterns() []string {
	if c.Migrations == nil {
		return defaultMigrations
	}
	return c.Migrations
}

var defaultMigrations = []string{"migrations/*.yaml"}

// Key names what identifies who asks; exactly one is set.
type Key struct {
	// Claim of the verified token.
	Claim string `yaml:"claim"`
	// Cookie that the client sent.
	Cookie string `yaml:"cookie"`
	// Header that the client, or a proxy before the gateway, sent.
	Header string `yaml:"header"`
}

var defaultKeys = []Key{{Claim: "tenant"}, {Claim: "sub"}}

// Label is how one label is decided: kill, then deny, then allow, then percent.
type Label struct {
	// Migration is the salt: labels of one migration nest. It is the label's name by default.
	Migration string `yaml:"migration"`
	// Percent of the keys for which the label is active, 0 to 100 with at most eight decimals. Without it, what
	// percent(x) says itself, or 0.
	Percent *float64 `yaml:"percent"`
	// Allow and Deny are keys for which the label is always, or never, active.
	Allow []string `yaml:"allow"`
	Deny  []string `yaml:"deny"`
	// Kill: the label is not active for anybody.
	Kill bool `yaml:"kill"`
}

// Validate returns everything that is wrong, joined. Keys are named from rollout on.
func (c Config) Validate() error {
	errs := validKeys("rollout.key", c.Key)
	if c.Secret != "" && len(c.Secret) < leastSecret {
		errs = append(errs, fmt.Errorf("rollout.secret: is %d bytes long; %d are needed", len(c.Secret), leastSecret))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Labels)) {
		l := c.Labels[name]
		if l.Percent != nil && !(*l.Percent >= 0 && *l.Percent <= 100) {
			errs = append(errs, fmt.Errorf("rollout.labels.%s.percent: %v is not between 0 and 100", name, *l.Percent))
		}
		for _, key := range l.Allow {
			if slices.Contains(l.Deny, key) {
				errs = append(errs, fmt.Errorf("rollout.labels.%s: %q is both allowed and denied; deny would win: remove it from one", name, key))
			}
		}
	}
	return errors.Join(errs...)
}

// rule prepares the label of a name.
func (l Label) rule(name string) *rule {
	r := &rule{salt: l.Migration, kill: l.Kill, allow: set(l.Allow), deny: set(l.Deny)}
	p, isPercent := percentOf(name)
	switch {
	case r.salt != "":
	case isPercent:
		r.salt = percentSalt
	default:
		r.salt = name
	}
	if r.percent = p; l.Percent != nil {
		r.percent = PercentOf(*l.Percent)
	}
	return r
}

// of is the key's value in a request.
func (k Key) of(f Facts) (string, bool) {
	switch {
	case k.Claim != "":
		return f.Claim(k.Claim)
	case k.Cookie != "":
		return f.Cookie(k.Cookie)
	default:
		return f.Header(k.Header)
	}
}

// String names the key, such as "claim tenant".
func (k Key) String() string {
	switch {
	case k.Claim != "":
		return "claim " + k.Claim
	case k.Cookie != "":
		return "cookie " + k.Cookie
	default:
		return "header " + k.Header
	}
}
