package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/auth/apikeys"
)

// keysFlags say whose keys are meant.
type keysFlags struct {
	in         input
	file       string
	url, token string
	by         string
	asJSON     bool
}

func (p Program) keysCommand() *cobra.Command {
	var f keysFlags
	c := &cobra.Command{
		Use:   "keys",
		Short: "Create, list, rotate and revoke API keys",
		Long: "Keys makes API keys for programs that ask the graph, and ends them. They are kept as hashes in the file that\n" +
			"authentication.router.api_keys names, which gateways on this machine follow; with --url a running gateway is asked\n" +
			"to change its own. A key's text is printed once, and alone on standard output.",
		Example: "  ficus keys create --name billing --tenant acme --scope read:invoices --expires 2160h\n  ficus keys list\n" +
			"  ficus keys rotate KEY --overlap 24h\n  ficus keys revoke KEY --why 'it was in a log'",
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	flags := c.PersistentFlags()
	flags.StringVarP(&f.in.configFile, "config", "c", "", "configuration file, which names the file of the keys")
	flags.StringVar(&f.file, "file", "", "file of the keys; needs no configuration file")
	flags.StringVar(&f.url, "url", "", "ask a running gateway: its admin listener's URL")
	flags.StringVar(&f.token, "token", "", "admin.token of that gateway; by default the environment's FICUS_ADMIN_TOKEN")
	flags.StringVar(&f.by, "by", "", "who orders it (default you, on this machine)")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	c.AddCommand(p.keysCreate(&f), p.keysList(&f), p.keysRotate(&f), p.keysRevoke(&f))
	return c
}

// keyring is where keys are: in a file, or a running gateway's.
type keyring interface {
	List(ctx context.Context) ([]apikeys.Shown, error)
	Create(ctx context.Context, g apikeys.Given, by string) (apikeys.Issued, error)
	Rotate(ctx context.Context, id string, overlap time.Duration) (apikeys.Issued, error)
	Revoke(ctx context.Context, id, by, why string) (apikeys.Shown, error)
}

// open finds the keys that the flags mean.
func (f *keysFlags) open(ctx context.Context, p Program) (keyring, error) {
	if f.url != "" && (f.file != "" || f.in.configFile != "") {
		return nil, &usageError{errors.New("--url asks a running gateway for its own keys; leave out --file and --config")}
	}
	f.by = cmp.Or(f.by, me())
	if f.url != "" {
		if f.token == "" {
			f.token, _ = p.Env("FICUS_ADMIN_TOKEN")
		}
		return runningKeys{running{url: f.url, token: f.token}}, nil
	}
	file := f.file
	if file == "" {
		cfg, err := f.in.load(p.Env)
		if err != nil {
			return nil, err
		}
		if cfg.Authentication.Router.APIKeys == nil {
			return nil, fmt.Errorf("%s: authentication.router.api_keys is not configured; set its file, or name one with --file", cfg.Name)
		}
		file = cfg.Authentication.Router.APIKeys.File
	}
	ring, err := apikeys.NewRing(ctx, apikeys.NewFile(file), apikeys.Parts{})
	return fileKeys{ring}, err
}

type fileKeys struct{ *apikeys.Ring }

func (k fileKeys) List(context.Context) ([]apikeys.Shown, error) { return k.Ring.List(), nil }

// runningKeys are those of a gateway that runs.
type runningKeys struct{ running }

func (k runningKeys) List(ctx context.Context) (out []apikeys.Shown, err error) {
	return out, k.ask(ctx, http.MethodGet, "/keys", nil, &out)
}

func (k runningKeys) Create(ctx context.Context, g apikeys.Given, by string) (out apikeys.Issued, err error) {
	return out, k.ask(ctx, http.MethodPost, "/keys", admin.CreateKey{Given: g, By: by}, &out)
}

func (k runningKeys) Rotate(ctx context.Context, id string, overlap time.Duration) (out apikeys.Issued, err error) {
	return out, k.ask(ctx, http.MethodPost, "/keys/"+url.PathEscape(id)+"/rotate", admin.RotateKey{Overlap: overlap.String()}, &out)
}

func (k runningKeys) Revoke(ctx context.Context, id, by, why string) (out apikeys.Shown, err error) {
	return out, k.ask(ctx, http.MethodPost, "/keys/"+url.PathEscape(id)+"/revoke", admin.RevokeKey{By: by, Why: why}, &out)
}

func (p Program) keysCreate(f *keysFlags) *cobra.Command {
	var g apikeys.Given
	var good time.Duration
	c := &cobra.Command{
		Use: "create", Short: "Make a key, and print its text, this once", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if good < 0 {
				return &usageError{errors.New("--expires: must not be negative")}
			}
			if good > 0 {
				g.Expires = time.Now().Add(good).UTC().Truncate(time.Second)
			}
			keys, err := f.open(c.Context(), p)
			if err != nil {
				return err
			}
			out, err := keys.Create(c.Context(), g, f.by)
			if err != nil {
				return err
			}
			return f.issued(c, out, "created")
		},
	}
	c.Flags().StringVar(&g.Name, "name", "", "what operators call it")
	c.Flags().StringVar(&g.Subject, "subject", "", "who brings it (default key: and its id)")
	c.Flags().StringVar(&g.Tenant, "tenant", "", "for whom it is: the claim tenant")
	c.Flags().StringSliceVar(&g.Scopes, "scope", nil, "what it may do; may be repeated")
	c.Flags().IntVar(&g.RateLimit, "rate-limit", 0, "capacity of rules of rate limits: the claim rate_limit (default that of the rule)")
	c.Flags().DurationVar(&good, "expires", 0, "how long it is good for (default for ever)")
	return c
}

func (p Program) keysRotate(f *keysFlags) *cobra.Command {
	var overlap time.Duration
	c := &cobra.Command{
		Use: "rotate KEY", Short: "Make a new text of a key; the old one is good until the overlap is over", Args: exactlyOne("the id of a key"),
		RunE: func(c *cobra.Command, args []string) error {
			keys, err := f.open(c.Context(), p)
			if err != nil {
				return err
			}
			out, err := keys.Rotate(c.Context(), keyID(args[0]), overlap)
			if err != nil {
				return ofKey(args[0], err)
			}
			return f.issued(c, out, fmt.Sprintf("rotated; its old text is good for %s more", overlap))
		},
	}
	c.Flags().DurationVar(&overlap, "overlap", 24*time.Hour, "how long the old text is good; 0s ends it at once")
	return c
}

func (p Program) keysRevoke(f *keysFlags) *cobra.Command {
	var why string
	c := &cobra.Command{
		Use: "revoke KEY", Short: "End a key for good, within a second", Args: exactlyOne("the id of a key"),
		RunE: func(c *cobra.Command, args []string) error {
			keys, err := f.open(c.Context(), p)
			if err != nil {
				return err
			}
			out, err := keys.Revoke(c.Context(), keyID(args[0]), f.by, why)
			if err != nil {
				return ofKey(args[0], err)
			}
			if f.asJSON {
				return printJSON(c.OutOrStdout(), out)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "key %s (%s) is revoked\n", out.ID, out.Name)
			return err
		},
	}
	c.Flags().StringVar(&why, "why", "", "why; it is kept with the key")
	return c
}

func (p Program) keysList(f *keysFlags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List all keys: whose they are, and until when they are good", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			keys, err := f.open(c.Context(), p)
			if err != nil {
				return err
			}
			list, err := keys.List(c.Context())
			if err != nil {
				return err
			}
			if f.asJSON {
				return printJSON(c.OutOrStdout(), list)
			}
			return printKeys(c.OutOrStdout(), list)
		},
	}
}

// keyID takes the id out of a key's text or prefix, which people may have at hand; nothing else of it goes anywhere.
func keyID(text string) string {
	id, ours := strings.CutPrefix(text, "fic_")
	if ours {
		id, _, _ = strings.Cut(id, "_")
	}
	return id
}

// ofKey says which key there is not.
func ofKey(id string, err error) error {
	if errors.Is(err, apikeys.ErrNone) {
		return fmt.Errorf("%w: %s; see ficus keys list", err, keyID(id))
	}
	return err
}

// issued prints the text alone, so that it can be piped to where it is kept, and all else beside.
func (f *keysFlags) issued(c *cobra.Command, out apikeys.Issued, what string) error {
	if f.asJSON {
		return printJSON(c.OutOrStdout(), out)
	}
	_, _ = fmt.Fprintf(c.ErrOrStderr(), "key %s (%s) is %s; this is all that is ever seen of it:\n", out.Key.ID, out.Key.Name, what)
	_, err := fmt.Fprintln(c.OutOrStdout(), out.Text)
	return err
}

func printKeys(w io.Writer, list []apikeys.Shown) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "KEY\tNAME\tSTATE\tSUBJECT\tTENANT\tSCOPES\tCREATED\tEXPIRES\tSECRETS")
	for _, k := range list {
		expires := "never"
		if !k.Expires.IsZero() {
			expires = k.Expires.Format(time.DateOnly)
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n", k.ID, k.Name, k.State, k.Subject, cmp.Or(k.Tenant, "-"),
			cmp.Or(strings.Join(k.Scopes, " "), "-"), k.Created.Format(time.DateOnly), expires, len(k.Secrets))
	}
	return t.Flush()
}
