package suite

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/ficusgraph/ficus/config"
	monolith "github.com/ficusgraph/ficus/monolith-adapter"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// file is a suite as it is written.
type file struct {
	Config struct {
		Schema string `yaml:"schema"`
		Name   string `yaml:"name"`
	} `yaml:"config"`
	Tests []testCase `yaml:"tests"`
}

// testCase is a case as it is written. Target and connector are two words for one thing.
type testCase struct {
	Name                string    `yaml:"name"`
	Target              string    `yaml:"target"`
	Connector           string    `yaml:"connector"`
	Skip                bool      `yaml:"skip"`
	Variables           variables `yaml:"variables"`
	APIResponseBody     *string   `yaml:"apiResponseBody"`
	APIResponseBodyFile string    `yaml:"apiResponseBodyFile"`
	APIResponseHeaders  any       `yaml:"apiResponseHeaders"`
	Status              int       `yaml:"status"`
	Expect              expect    `yaml:"expect"`
}

type variables struct {
	Args           any `yaml:"$args"`
	This           any `yaml:"$this"`
	Batch          any `yaml:"$batch"`
	Context        any `yaml:"$context"`
	Config         any `yaml:"$config"`
	RequestHeaders any `yaml:"$requestHeaders"`
}

type expect struct {
	ConnectorRequest      *request  `yaml:"connectorRequest"`
	ConnectorResponse     any       `yaml:"connectorResponse"`
	ConnectorResponseFile string    `yaml:"connectorResponseFile"`
	Error                 *failed   `yaml:"error"`
	Problems              []problem `yaml:"problems"`
}

type request struct {
	Method      string  `yaml:"method"`
	URL         string  `yaml:"url"`
	Origin      string  `yaml:"origin"`
	Path        string  `yaml:"path"`
	QueryParams any     `yaml:"queryParams"`
	Headers     any     `yaml:"headers"`
	Body        *string `yaml:"body"`
	BodyFile    string  `yaml:"bodyFile"`
}

type failed struct {
	Message    *string `yaml:"message"`
	Extensions any     `yaml:"extensions"`
}

type problem struct {
	Message string `yaml:"message"`
	Path    string `yaml:"path"`
	// Location is the argument of the directive; Count is looked at if it is not 0.
	Location string `yaml:"location"`
	Count    int    `yaml:"count"`
}

// reader reads one suite.
type reader struct {
	file string
	tree ast.Node
	text file
}

// fault is an error at a node, or of the whole file if that is nil.
func (r *reader) fault(n ast.Node, format string, args ...any) error {
	e := &config.Error{File: r.file, Message: fmt.Sprintf(format, args...)}
	if n != nil && n.GetToken() != nil {
		e.Line, e.Column = n.GetToken().Position.Line, n.GetToken().Position.Column
	}
	return e
}

// node is the value at a path of keys and numbers, or the last one on the way that is there.
func (r *reader) node(path ...any) ast.Node {
	n := r.tree
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

func child(n ast.Node, step any) ast.Node {
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.SequenceNode:
		if i, ok := step.(int); ok && i < len(n.Values) {
			return n.Values[i]
		}
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	}
	for _, p := range pairs {
		if p.Key.GetToken().Value == step {
			return p.Value
		}
	}
	return nil
}

// path is a file that the suite names: beside it, or else where the command runs, as rover has it.
func (r *reader) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	beside := filepath.Join(filepath.Dir(r.file), name)
	if _, err := os.Stat(beside); err != nil {
		if _, err := os.Stat(name); err == nil {
			return name
		}
	}
	return beside
}

// textOf is what stands in the suite, or in the file that it names; nil if there is neither.
func (r *reader) textOf(at ast.Node, inline *string, name string) (*string, error) {
	switch {
	case name == "":
		return inline, nil
	case inline != nil:
		return nil, r.fault(at, "the text is given both in the suite and as a file; keep one")
	}
	data, err := os.ReadFile(r.path(name))
	if err != nil {
		return nil, r.fault(at, "%v", err)
	}
	text := string(data)
	return &text, nil
}

// testCase reads a case.
func (r *reader) testCase(i int, t testCase, connectors *monolith.Connectors, cfg monolith.Config) (*Case, error) {
	at := func(path ...any) ast.Node { return r.node(slices.Concat([]any{"tests", i}, path)...) }
	c := &Case{Name: t.Name, Skip: t.Skip, Line: at().GetToken().Position.Line, config: cfg}
	var errs []error
	add := func(n ast.Node, err error) {
		var placed *config.Error
		switch {
		case err == nil:
		case errors.As(err, &placed):
			errs = append(errs, err)
		default:
			errs = append(errs, r.fault(n, "%v", err))
		}
	}
	if t.Name == "" {
		add(at(), errors.New("the case has no name"))
	}
	var err error
	c.Connector, err = find(connectors, t)
	add(at("target"), err)
	c.variables, err = t.Variables.read()
	add(at("variables"), err)
	if c.Connector != nil {
		c.Connector = c.Connector.With(c.variables)
	}
	c.reply, err = r.reply(t, at)
	add(at(), err)
	c.expect, err = r.expectation(t.Expect, func(path ...any) ast.Node { return at(slices.Concat([]any{"expect"}, path)...) })
	add(at("expect"), err)
	return c, errors.Join(errs...)
}

func find(connectors *monolith.Connectors, t testCase) (*monolith.Connector, error) {
	switch {
	case t.Target != "" && t.Connector != "":
		return nil, errors.New("target and connector are the same thing; keep one")
	case t.Target+t.Connector == "":
		return nil, errors.New("the case names no connector; add target: Type.field")
	}
	return connectors.Find(t.Target + t.Connector)
}

// read is the variables as the mappings read them.
func (v variables) read() (monolith.TrialVariables, error) {
	var keys []string
	var vals []mapping.Value
	for _, m := range []struct {
		name  string
		given any
	}{{"$args", v.Args}, {"$this", v.This}, {"$batch", v.Batch}, {"$context", v.Context}, {"$config", v.Config}, {"$requestHeaders", v.RequestHeaders}} {
		if m.given == nil {
			continue
		}
		value, err := valueOf(m.given)
		if err != nil {
			return monolith.TrialVariables{}, fmt.Errorf("%s: %w", m.name, err)
		}
		keys, vals = append(keys, m.name), append(vals, value)
	}
	return monolith.VariablesOf(mapping.ObjectValue(keys, vals))
}

func (r *reader) reply(t testCase, at func(...any) ast.Node) (monolith.ReceivedResponse, error) {
	out := monolith.ReceivedResponse{Status: t.Status}
	if t.Status == 0 {
		out.Status = http.StatusOK
	} else if t.Status < 100 || t.Status > 599 {
		return out, r.fault(at("status"), "%d is no HTTP status", t.Status)
	}
	headers, err := objectOf(t.APIResponseHeaders)
	if err != nil {
		return out, r.fault(at("apiResponseHeaders"), "apiResponseHeaders: %v", err)
	}
	out.Headers = header(headers)
	body, err := r.textOf(at("apiResponseBodyFile"), t.APIResponseBody, t.APIResponseBodyFile)
	if body != nil {
		out.Body = []byte(strings.TrimSpace(*body))
	}
	return out, err
}
