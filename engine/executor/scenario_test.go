package executor_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// scenario is a plan, and what the subgraphs answer: bytes, or `error CODE STATUS MESSAGE`.
type scenario struct {
	plan      *queryplan.Plan
	answers   []string
	variables []executor.Variable
}

// parse reads a scenario from the sections of a txtar file:
//
//	-- fetch 0 --     after: IDS / path: PATH / represent: REPRESENTATION / also: PATH / represent there: ITS OWN / query: OPERATION
//	-- answer 0 --
//	-- shape --
//	-- variables --   NAME JSON, a line each
func parse(t testing.TB, files []txtar.File) *scenario {
	t.Helper()
	s := &scenario{plan: &queryplan.Plan{}}
	for _, f := range files {
		text := string(f.Data)
		switch name, _, _ := strings.Cut(f.Name, " "); name {
		case "fetch":
			s.plan.Fetches = append(s.plan.Fetches, parseFetch(t, len(s.plan.Fetches), text))
			s.answers = append(s.answers, "")
		case "answer":
			var id int
			if _, err := fmt.Sscanf(f.Name, "answer %d", &id); err != nil {
				t.Fatal(err)
			}
			s.answers[id] = strings.TrimSuffix(text, "\n")
		case "shape":
			s.plan.Shape = newNotation(text).shape()
		case "variables":
			for line := range strings.Lines(text) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
				s.variables = append(s.variables, executor.Variable{Name: name, JSON: []byte(value)})
			}
		}
	}
	return s
}

func parseFetch(t testing.TB, id int, text string) *queryplan.Fetch {
	t.Helper()
	f := &queryplan.Fetch{ID: id}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "after":
			for need := range strings.FieldsSeq(value) {
				n, err := strconv.Atoi(need)
				if err != nil {
					t.Fatal(err)
				}
				f.DependsOn = append(f.DependsOn, n)
			}
		case "path":
			f.Path = newNotation(value).path()
		case "also":
			f.Also = append(f.Also, queryplan.Target{Path: newNotation(value).path()})
		case "represent":
			f.Representations = append(f.Representations, newNotation(value).representation())
		case "represent there":
			last := &f.Also[len(f.Also)-1]
			last.Representations = append(last.Representations, newNotation(value).representation())
		case "query":
			if err := operation(f, value); err != nil {
				t.Fatalf("fetch %d: %v", id, err)
			}
		}
	}
	return f
}

// canned answers the fetches of a scenario and keeps what it was asked.
type canned struct {
	answers  []string
	mu       sync.Mutex
	requests map[int]string
	open     map[int]int
}

func newCanned(answers []string) *canned {
	return &canned{answers: answers, requests: map[int]string{}, open: map[int]int{}}
}

func (c *canned) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := r.Fetch.ID
	c.requests[id] = string(r.Body)
	answer := c.answers[id]
	if rest, failed := strings.CutPrefix(answer, "error "); failed {
		parts := strings.SplitN(rest, " ", 3)
		if len(parts) < 3 {
			return nil, errors.New(rest)
		}
		status, _ := strconv.Atoi(parts[1])
		return nil, &executor.Error{Code: parts[0], Status: status, Message: parts[2]}
	}
	c.open[id]++
	return &executor.Response{Body: []byte(answer), Free: func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.open[id]--
	}}, nil
}

// leaks checks that each answer was given back once.
func (c *canned) leaks(t *testing.T) {
	t.Helper()
	for id, n := range c.open {
		if n != 0 {
			t.Errorf("answer of fetch %d: freed %d times too few", id, n)
		}
	}
}

func compile(t testing.TB, plan *queryplan.Plan) *executor.Program {
	t.Helper()
	p, err := executor.Compile(plan)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Scenarios run twice, the second time with the memory of the first.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := parse(t, archive.Files)
			p := compile(t, s.plan)
			for range 2 {
				f := newCanned(s.answers)
				response, out := p.Run(t.Context(), f, executor.Input{Variables: s.variables}, nil)
				f.leaks(t)
				if out.Fetches != len(f.requests) {
					t.Errorf("Outcome counts %d fetches, there were %d", out.Fetches, len(f.requests))
				}
				expect(t, file, archive, "fetches", f.log())
				expect(t, file, archive, "response.json", indented(t, response))
			}
		})
	}
}

func (c *canned) log() string {
	var b strings.Builder
	for id := range len(c.answers) {
		if r, ok := c.requests[id]; ok {
			_, variables, _ := strings.Cut(r, `,"variables":`)
			fmt.Fprintf(&b, "%d: %s\n", id, strings.TrimSuffix(variables, "}"))
		}
	}
	return b.String()
}

// expect compares a section of a scenario, or rewrites it if UPDATE is set.
func expect(t *testing.T, file string, archive *txtar.Archive, name, got string) {
	t.Helper()
	at := -1
	for i, f := range archive.Files {
		if f.Name == name {
			at = i
		}
	}
	if at < 0 {
		archive.Files = append(archive.Files, txtar.File{Name: name})
		at = len(archive.Files) - 1
	}
	if os.Getenv("UPDATE") != "" {
		archive.Files[at].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(archive.Files[at].Data), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
