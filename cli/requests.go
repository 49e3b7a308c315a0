package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ficusgraph/ficus/mocks/response"
)

// sent is the flags that say which operations are sent, and how.
type sent struct {
	operations, variables string
	headers               []string
}

// savedRequests are the operations of the folder, or the one of the argument, each once for each of its sets of variables:
// those in NAME.OPERATION.variables.json or NAME.variables.json beside it, or in the file that --variables names.
func (s sent) savedRequests(args []string) ([]response.Request, error) {
	if (len(args) > 0) == (s.operations != "") {
		return nil, &usageError{errors.New("name the operations: a folder with --operations, or one as the argument")}
	}
	if len(args) > 0 {
		query, err := queryOf(args[0])
		if err != nil {
			return nil, err
		}
		file, _ := strings.CutPrefix(args[0], "@")
		if file == args[0] {
			file = ""
		}
		return s.requestsOf(file, query)
	}
	saved, err := savedOperations(s.operations)
	if err != nil {
		return nil, err
	}
	var out []response.Request
	var errs []error
	for _, one := range saved {
		list, err := s.requestsOf(one.Name, one.Text)
		out, errs = append(out, list...), append(errs, err)
	}
	if len(out) == 0 {
		errs = append(errs, fmt.Errorf("%s holds no operations, only fragments", s.operations))
	}
	return out, errors.Join(errs...)
}

// queryOf is the argument, or the file that it names after an @.
func queryOf(arg string) (string, error) {
	file, ok := strings.CutPrefix(arg, "@")
	if !ok {
		return arg, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the operation: %w", err)
	}
	return string(text), nil
}

// requestsOf are the operations of one document.
func (s sent) requestsOf(file, text string) ([]response.Request, error) {
	title := file
	if title == "" {
		title = "the operation"
	}
	doc, err := parser.ParseQuery(&ast.Source{Name: title, Input: text})
	if err != nil {
		return nil, err
	}
	var out []response.Request
	for _, op := range doc.Operations {
		sets, err := s.variablesOf(file, op.Name)
		if err != nil {
			return nil, err
		}
		for i, v := range sets {
			r := response.Request{Operation: op.Name, Query: text, Variables: v}
			if file != "" {
				r.File = filepath.Base(file)
			}
			if len(sets) > 1 {
				r.Run = i + 1
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// variablesOf are the sets of variables of an operation: an object is one, of a list each element is one. Where no file
// says any there is one without variables.
func (s sent) variablesOf(file, operation string) ([]map[string]any, error) {
	names := []string{s.variables}
	if s.variables == "" {
		stem := strings.TrimSuffix(file, filepath.Ext(file))
		names = []string{stem + "." + operation + ".variables.json", stem + ".variables.json"}
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) && s.variables == "" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read variables: %w", err)
		}
		sets, err := variableSets(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return sets, nil
	}
	return []map[string]any{nil}, nil
}

func variableSets(text []byte) ([]map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		var out []map[string]any
		if err := d.Decode(&out); err != nil || len(out) == 0 {
			return nil, errors.Join(errors.New("is to be an object of variables, or a list of at least one"), err)
		}
		return out, nil
	}
	var out map[string]any
	if err := d.Decode(&out); err != nil {
		return nil, fmt.Errorf("is to be an object of variables, or a list of such objects: %w", err)
	}
	return []map[string]any{out}, nil
}

// header is the headers of -H, each as curl takes it.
func (s sent) header() (http.Header, error) {
	out := http.Header{}
	for _, h := range s.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, &usageError{fmt.Errorf("-H %q is to be NAME: VALUE", h)}
		}
		out.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return out, nil
}

// answerTimeout bounds how long one answer may take, maxAnswer how long it is in bytes.
const (
	answerTimeout = 2 * time.Minute
	maxAnswer     = 64 << 20
)

// post sends an operation and returns the whole answer with its status.
func post(ctx context.Context, url string, header http.Header, r response.Request) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	text, err := r.Body()
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("Content-Type", "application/json")
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1)); len(body) > maxAnswer {
		return 0, nil, fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	return res.StatusCode, body, err
}
