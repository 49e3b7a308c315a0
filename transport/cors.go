package transport

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rs/cors"
)

// CORS says which websites may ask from a browser. Without origins none may, and no header is sent.
type CORS struct {
	// AllowAnyOrigin allows every website.
	AllowAnyOrigin bool `yaml:"allow_any_origin"`
	// Origins are allowed as they are written, such as https://app.example.com.
	Origins []string `yaml:"origins"`
	// MatchOrigins are regular expressions; an origin that one of them matches as a whole is allowed.
	MatchOrigins []string `yaml:"match_origins"`
	// AllowCredentials lets browsers send cookies.
	AllowCredentials bool `yaml:"allow_credentials"`
	// AllowHeaders are the headers that a browser may send; whatever it asks for by default.
	AllowHeaders []string `yaml:"allow_headers"`
	// ExposeHeaders are the headers of the answer that a script may read.
	ExposeHeaders []string `yaml:"expose_headers"`
	// Methods are GET, POST and OPTIONS by default.
	Methods []string `yaml:"methods"`
	// MaxAge is how long a browser may remember the answer.
	MaxAge time.Duration `yaml:"max_age"`
}

func (c CORS) validate() error {
	var errs []error
	if c.AllowAnyOrigin && c.AllowCredentials {
		errs = append(errs, errors.New("cors: allow_any_origin with allow_credentials would let every website act for your users; list the origins"))
	}
	if c.AllowAnyOrigin && len(c.Origins)+len(c.MatchOrigins) > 0 {
		errs = append(errs, errors.New("cors: allow_any_origin makes origins and match_origins meaningless; keep one of them"))
	}
	for i, o := range c.Origins {
		switch {
		case strings.Contains(o, "*"):
			errs = append(errs, fmt.Errorf("cors.origins[%d]: %q holds a wildcard; use match_origins for patterns, or allow_any_origin", i, o))
		case !strings.Contains(o, "://") && o != "null", strings.HasSuffix(o, "/"):
			errs = append(errs, fmt.Errorf("cors.origins[%d]: %q is not an origin; write scheme and host without a path, such as https://app.example.com", i, o))
		}
	}
	for i, m := range c.MatchOrigins {
		p, err := regexp.Compile(whole(m))
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("cors.match_origins[%d]: %w", i, err))
		case c.AllowCredentials && (p.MatchString(stranger) || p.MatchString("null")):
			errs = append(errs, fmt.Errorf("cors.match_origins[%d]: %q with allow_credentials would let every website act for your users; name the host", i, m))
		}
	}
	if c.AllowCredentials && slices.Contains(c.Origins, "null") {
		errs = append(errs, errors.New("cors.origins: null with allow_credentials would let every website act for your users: any can make its pages have that origin"))
	}
	return errors.Join(append(errs, notNegative("cors.max_age", int64(c.MaxAge)))...)
}

// stranger is an origin that nobody means.
const stranger = "https://a.website.that.nobody.means.invalid"

// whole is the pattern of origins that the expression matches from end to end: as a part of one, https://app would be
// matched by https://app.of.somebody.else.
func whole(expression string) string { return "^(?:" + expression + ")$" }

// middleware is nil where no website may ask.
func (c CORS) middleware(guard csrfGuard) (func(http.Handler) http.Handler, error) {
	if !c.AllowAnyOrigin && len(c.Origins)+len(c.MatchOrigins) == 0 {
		return nil, nil
	}
	options := cors.Options{
		AllowCredentials: c.AllowCredentials, AllowedHeaders: c.headers(guard), ExposedHeaders: c.ExposeHeaders,
		AllowedMethods: c.Methods, MaxAge: int(c.MaxAge / time.Second),
	}
	if len(options.AllowedMethods) == 0 {
		options.AllowedMethods = []string{http.MethodGet, http.MethodPost, http.MethodOptions}
	}
	if c.AllowAnyOrigin {
		options.AllowedOrigins = []string{"*"}
		return cors.New(options).Handler, nil
	}
	allowed, err := c.origins()
	if err != nil {
		return nil, err
	}
	options.AllowOriginFunc = allowed
	return cors.New(options).Handler, nil
}

// headers are those that a browser may send. What proves a request safe must be sendable.
func (c CORS) headers(guard csrfGuard) []string {
	if len(c.AllowHeaders) == 0 {
		return []string{"*"}
	}
	return slices.Concat(c.AllowHeaders, guard.headers)
}

// origins decides on an origin.
func (c CORS) origins() (func(string) bool, error) {
	exact := make(map[string]bool, len(c.Origins))
	for _, o := range c.Origins {
		exact[strings.ToLower(o)] = true
	}
	var patterns []*regexp.Regexp
	for _, m := range c.MatchOrigins {
		p, err := regexp.Compile(whole(m))
		if err != nil {
			return nil, fmt.Errorf("cors.match_origins: %w", err)
		}
		patterns = append(patterns, p)
	}
	return func(origin string) bool {
		return exact[strings.ToLower(origin)] ||
			slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(origin) })
	}, nil
}
