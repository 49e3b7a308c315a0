package cli

import (
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ficusgraph/ficus/config"
)

// demoConfig is the configuration of the demo, from the files bundled with the program.
func (p Program) demoConfig() (*config.Config, error) {
	text, err := fs.ReadFile(p.Files, "ficus.yaml")
	if err != nil {
		return nil, fmt.Errorf("the demo's configuration: %w", err)
	}
	cfg, err := config.Parse("ficus.yaml", text, p.Files, p.Env)
	if err != nil {
		return nil, err
	}
	return cfg, cfg.Decide("", config.Dev)
}

// demoQuery is the operation that the demo shows, in one line and without its comments.
func (p Program) demoQuery() (string, error) {
	text, err := fs.ReadFile(p.Files, "examples/query.graphql")
	if err != nil {
		return "", fmt.Errorf("the demo's query: %w", err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		code, _, _ := strings.Cut(line, "#")
		b.WriteString(code + " ")
	}
	return strings.Join(strings.Fields(b.String()), " "), nil
}

// demoToken is a token of the demo's user, signed as the demo's configuration wants it; it holds for a day.
func demoToken(cfg *config.Config, now time.Time) (string, error) {
	keys := cfg.Authentication.Router.JWT.JWKS[0]
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": keys.Issuers[0], "aud": keys.Audiences[0], "iat": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(),
		"sub": "1", "email": "maya@harborpine.example", "org": "1", "scope": "read:sites read:tickets",
	})
	return token.SignedString([]byte(keys.Secret))
}
