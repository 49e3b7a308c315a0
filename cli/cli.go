// Package cli is the command line: one file a command. The commands read the configuration, say what is
// wrong with it, and hand the rest to others: serving to the Server that package main gives them, so that
// serve, dev and demo start the same gateway.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ficusgraph/ficus/config"
)

// Server serves the gateway until the context ends, and then drains it.
type Server func(ctx context.Context, cfg *config.Config, hooks Hooks) error

// Example runs a service of the demo until the context ends.
type Example func(ctx context.Context, args []string, out io.Writer) error

// Hooks are how a command watches the server that it started.
type Hooks struct {
	// Log is where the log goes.
	Log io.Writer
	// Started, if set, is called with the address once requests are answered.
	Started func(address string)
	// Watch makes a new graph whenever a schema's file changes.
	Watch bool
}

// Program is what a run of the command line is given.
type Program struct {
	// Args without the program's name.
	Args           []string
	Stdout, Stderr io.Writer
	// Env looks up the environment.
	Env   func(string) (string, bool)
	Serve Server
	// Examples run the services of the demo, by name, until the context ends.
	Examples map[string]Example
	// Files are the demo's configuration, contract and query.
	Files fs.FS
	// Version of the build.
	Version string
}

// Run runs a command and gives the exit code: 0 if it did what was asked, 1 if it could not, 2 for a command
// line that it does not understand. An interrupt or SIGTERM ends the context that commands run under.
func Run(ctx context.Context, p Program) int {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	root := p.root()
	root.SetArgs(p.Args)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	report(p.Stderr, err)
	var usage *usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// root is the tree of commands; without one it serves.
func (p Program) root() *cobra.Command {
	serve := p.serveCommand()
	root := &cobra.Command{
		Use:           "ficus",
		Short:         "A GraphQL federation gateway that grows around a monolith",
		Long:          "Ficus answers one graph from services, a monolith, Go resolvers and mocks, and moves its fields from one to\nthe other at run time. Without a command it serves.",
		Example:       "  ficus --supergraph supergraph.graphql\n  ficus serve --config ficus.yaml\n  ficus demo",
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          serve.RunE,
		Args:          noArgs,
	}
	root.Flags().AddFlagSet(serve.Flags())
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &usageError{fmt.Errorf("%w; see %s --help", err, c.CommandPath())}
	})
	root.AddCommand(serve, p.devCommand(), p.demoCommand(), p.composeCommand(), p.planCommand(), p.statusCommand(), p.checkCommand(),
		p.connectCommand(), p.importCommand(), p.mockCommand(), p.rolloutCommand(), p.configCommand(), p.versionCommand())
	return root
}

// usageError is a command line that is not understood.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// noArgs refuses arguments, and takes a word that looks like a command for a mistyped one.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("%q is no command of %s", args[0], c.CommandPath())
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return &usageError{fmt.Errorf("%s; see %s --help", text, c.CommandPath())}
}

// exactlyOne refuses any other number of arguments, and says what the one is.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return &usageError{fmt.Errorf("%s takes %s; see %s --help", c.CommandPath(), what, c.CommandPath())}
		}
		return nil
	}
}

// report writes each of the errors on a line of its own.
func report(w io.Writer, err error) {
	for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
		_, _ = fmt.Fprintln(w, "error:", line)
	}
}
