package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine/introspection"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks/response"
	"github.com/ficusgraph/ficus/owners"
)

// oldSchema is the schema that --against names, as clients see it.
func (p Program) oldSchema(ctx context.Context, in *input, against string) (*ast.Schema, error) {
	revision, isRevision := strings.CutPrefix(against, "git:")
	switch {
	case isRevision:
		return p.schemaAt(ctx, in, revision)
	case strings.HasPrefix(against, "http://"), strings.HasPrefix(against, "https://"):
		return introspect(ctx, against, nil)
	case strings.HasSuffix(against, ".yaml"), strings.HasSuffix(against, ".yml"):
		cfg, err := config.Load(against, p.Env)
		if err == nil {
			err = in.decide(cfg)
		}
		if err != nil {
			return nil, err
		}
		return planned(ctx, cfg)
	}
	text, err := os.ReadFile(against)
	if err != nil {
		return nil, err
	}
	return schemaOf(against, string(text))
}

// planned is the API schema of the graph that a configuration makes.
func planned(ctx context.Context, cfg *config.Config) (*ast.Schema, error) {
	graph, err := owners.New(cfg, owners.Ports{}).Plan(ctx)
	if err != nil {
		return nil, err
	}
	return graph.Supergraph.API, nil
}

// schemaOf reads SDL: a supergraph's, or that of a schema as clients see it.
func schemaOf(name, text string) (*ast.Schema, error) {
	if strings.Contains(text, "join__Graph") {
		sg, err := supergraph.Read(name, text)
		if err != nil {
			return nil, err
		}
		return sg.API, nil
	}
	return gqlparser.LoadSchema(&ast.Source{Name: name, Input: text})
}

// schemaAt is the schema that the same flags name, at a git revision.
func (p Program) schemaAt(ctx context.Context, in *input, revision string) (*ast.Schema, error) {
	now, err := in.load(p.Env)
	if err != nil {
		return nil, err
	}
	files := gitFiles{ctx: ctx, revision: revision}
	if now.Name == "" || len(now.Subgraphs) == 0 {
		text, err := files.ReadFile(now.Supergraph.File)
		if err != nil {
			return nil, err
		}
		return schemaOf(now.Supergraph.File, string(text))
	}
	text, err := files.ReadFile(now.Name)
	if err != nil {
		return nil, err
	}
	files.dir = filepath.Dir(now.Name)
	cfg, err := config.Parse(now.Name, text, files, p.Env)
	if err == nil {
		err = in.decide(cfg)
	}
	if err != nil {
		return nil, err
	}
	return planned(ctx, cfg)
}

// gitFiles are the files of a folder at a git revision.
type gitFiles struct {
	ctx           context.Context //nolint:containedctx // fs.FS has no context
	revision, dir string
}

var _ fs.ReadFileFS = gitFiles{}

// Open implements fs.FS; files are only read as a whole.
func (g gitFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: errors.ErrUnsupported}
}

// ReadFile implements fs.ReadFileFS.
func (g gitFiles) ReadFile(name string) ([]byte, error) {
	dir, base := filepath.Split(filepath.Join(g.dir, name))
	cmd := exec.CommandContext(g.ctx, "git", "show", g.revision+":./"+base) //nolint:gosec // the user's own revision and files
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git show %s:./%s: %w: %s", g.revision, path.Base(name), err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// introspect asks a running gateway for its schema.
func introspect(ctx context.Context, url string, header http.Header) (schema *ast.Schema, err error) {
	for _, query := range introspection.Queries {
		var answer []byte
		if _, answer, err = post(ctx, url, header, response.Request{Query: query}); err != nil {
			return nil, err
		}
		if schema, err = introspection.Read(answer); err == nil {
			return schema, nil
		}
	}
	return nil, err
}
