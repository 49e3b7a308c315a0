package monolith

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	tokenexchange "github.com/ficusgraph/ficus/auth/exchange"
	"github.com/ficusgraph/ficus/auth/mint"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// Auth is what a source is shown of who asks: one of bearer, basic, session, exchange and mint, and an API key and claims,
// alone or beside it. It goes to the host of the source's base URL and to no other, and before what the schema sets.
type Auth struct {
	Bearer   *Bearer               `yaml:"bearer"`
	Basic    *Basic                `yaml:"basic"`
	APIKey   *APIKey               `yaml:"api_key"`
	Session  *Session              `yaml:"session"`
	Exchange *tokenexchange.Config `yaml:"exchange"`
	// Mint shows a token that the gateway makes for this source, whose name is its audience by default.
	Mint *mint.Kind `yaml:"mint"`
	// Claims go in headers of their own.
	Claims []ClaimHeader `yaml:"claims"`
}

// Bearer is a token: the caller's own, as it was verified, or one of the gateway's.
type Bearer struct {
	// From is caller.
	From  string `yaml:"from"`
	Value string `yaml:"value"`
}

// Basic is a name and a password of the gateway's.
type Basic struct {
	Username string `yaml:"username"`
	Password string `yaml:"password"`
}

// APIKey is a header of the gateway's.
type APIKey struct {
	Header string `yaml:"header"`
	Value  string `yaml:"value"`
}

// Caller is who makes the request in hand; the zero value is nobody.
type Caller struct {
	// Issuer and Subject name the caller among all.
	Issuer, Subject string
	// Token that was verified.
	Token string
	// Claims of it.
	Claims map[string]any
	// Claim is one of them as a header can hold it; false if there is none. Nil is as if there were none.
	Claim func(name string) (string, bool)
}

// validHeader reports whether text can be a header's value.
func validHeader(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// faults are what is wrong, each beginning with its key.
func (a *Auth) faults() []error {
	if a == nil {
		return nil
	}
	var errs []error
	given := 0
	for _, is := range []bool{a.Bearer != nil, a.Basic != nil, a.Session != nil, a.Exchange != nil, a.Mint != nil} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		errs = append(errs, errors.New("auth: holds several ways; keep one of bearer, basic, session, exchange and mint"))
	case given == 0 && a.APIKey == nil && len(a.Claims) == 0:
		errs = append(errs, errors.New("auth: is empty; give bearer, basic, api_key, session, exchange, mint or claims"))
	}
	if b := a.Bearer; b != nil && ((b.From == "") == (b.Value == "") || b.From != "" && b.From != "caller" || !validHeader(b.Value)) {
		errs = append(errs, errors.New("auth.bearer: takes either from: caller, or value: with a token that a header can hold"))
	}
	if b := a.Basic; b != nil && (b.Username == "" || strings.Contains(b.Username, ":")) {
		errs = append(errs, errors.New("auth.basic.username: must be given, and have no colon"))
	}
	if k := a.APIKey; k != nil && (!headerName.MatchString(k.Header) || reserved[strings.ToLower(k.Header)] || k.Value == "" || !validHeader(k.Value)) {
		errs = append(errs, errors.New("auth.api_key: takes header: with a header's name, and value: with what it can hold"))
	}
	errs = append(errs, a.claimFaults()...)
	errs = append(errs, a.Session.faults()...)
	if a.Exchange != nil {
		for _, err := range a.Exchange.Validate() {
			errs = append(errs, fmt.Errorf("auth.exchange.%w", err))
		}
	}
	return errs
}

// credentials are what a request is given to show.
type credentials interface {
	// get is the header fields for the caller; none for nobody, whom the application may let in or not.
	get(ctx context.Context, c Caller, p *shaping.Passage) ([][2]string, error)
	// refused is told that these were answered with the status, and says whether there may be better ones.
	refused(c Caller, shown [][2]string, status int) bool
}

// fixed are the same for everybody.
type fixed [][2]string

func (f fixed) get(context.Context, Caller, *shaping.Passage) ([][2]string, error) { return f, nil }

func (f fixed) refused(Caller, [][2]string, int) bool { return false }

// forwarded is the caller's own token.
type forwarded struct{}

func (forwarded) get(_ context.Context, c Caller, _ *shaping.Passage) ([][2]string, error) {
	if c.Token == "" {
		return nil, nil
	}
	return [][2]string{{"Authorization", "Bearer " + c.Token}}, nil
}

func (forwarded) refused(Caller, [][2]string, int) bool { return false }

// badge is what a client shows, and to whom.
type badge struct {
	// origin is scheme and host of the source.
	origin string
	key    fixed
	claims []ClaimHeader
	credentials
	caller func(context.Context) Caller
}

// newBadge reads what is configured. What the base URL says of a user is credentials too.
func newBadge(a *Auth, base *url.URL, c *client, cfg Config, ports Ports, config mapping.Value) (*badge, error) {
	b := &badge{origin: base.Scheme + "://" + base.Host, credentials: fixed(nil), caller: ports.Caller}
	if b.caller == nil {
		b.caller = func(context.Context) Caller { return Caller{} }
	}
	if a == nil {
		a = &Auth{}
		if base.User != nil {
			password, _ := base.User.Password()
			a.Basic = &Basic{Username: base.User.Username(), Password: password}
		}
	}
	if a.APIKey != nil {
		b.key = fixed{{http.CanonicalHeaderKey(a.APIKey.Header), a.APIKey.Value}}
	}
	b.claims = a.Claims
	var err error
	switch {
	case a.Mint != nil:
		b.credentials = newMinted(*a.Mint, c.name, ports)
	case a.Bearer != nil && a.Bearer.From == "caller":
		b.credentials = forwarded{}
	case a.Bearer != nil:
		b.credentials = fixed{{"Authorization", "Bearer " + a.Bearer.Value}}
	case a.Basic != nil:
		b.credentials = fixed{fixedBasic(a.Basic.Username, a.Basic.Password)}
	case a.Session != nil:
		b.credentials, err = newSessions(*a.Session, c, base, config)
	case a.Exchange != nil:
		b.credentials, err = newExchanged(*a.Exchange, cfg)
	}
	return b, err
}

func fixedBasic(username, password string) [2]string {
	return [2]string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(username+":"+password))}
}

// errElsewhere is a request that is not for the source's own host.
var errElsewhere = errors.New("the request leads to another host than the source's, and is not made")

// show is the request with what it is given to show, and what that is.
func (b *badge) show(ctx context.Context, o *outgoing, who Caller, p *shaping.Passage) (*outgoing, [][2]string, error) {
	shown, err := b.get(ctx, who, p)
	if err != nil {
		return nil, nil, fmt.Errorf("credentials: %w", err)
	}
	all := append(slices.Clip(b.key), shown...)
	all = b.appendClaims(all, who)
	if len(all) == 0 && len(b.claims) == 0 {
		return o, nil, nil
	}
	if rest, ok := strings.CutPrefix(o.url, b.origin); !ok || rest != "" && !strings.ContainsAny(rest[:1], "/?#") {
		return nil, nil, errElsewhere
	}
	with := *o
	with.headers = b.withoutClaims(o.headers)
	for _, h := range all {
		with.setCredential(h)
	}
	return &with, shown, nil
}

// setCredential sets a header in place of those of the name; a cookie goes beside the others.
func (o *outgoing) setCredential(h [2]string) {
	if cookies := o.header("Cookie"); h[0] == "Cookie" && cookies != "" {
		h[1] = cookies + "; " + h[1]
	}
	o.headers = slices.DeleteFunc(o.headers, func(other [2]string) bool { return other[0] == h[0] })
	o.headers = append(o.headers, h)
}

// send sends a request with what it is to show, and once more where that was refused and there may be better: the
// application did not act on what it refused.
func (c *client) send(ctx context.Context, o *outgoing, p *shaping.Passage) (*answer, error) {
	if c.badge == nil {
		return c.shaped(ctx, o, p)
	}
	who := c.badge.caller(ctx)
	for again := false; ; again = true {
		with, shown, err := c.badge.show(ctx, o, who, p)
		if err != nil {
			return nil, err
		}
		a, err := c.shaped(ctx, with, p)
		if err != nil || len(shown) == 0 || !c.badge.refused(who, shown, a.status) || again {
			return a, err
		}
	}
}
