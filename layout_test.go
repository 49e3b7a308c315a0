package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ficusgraph/ficus/"

// floors says for each package which others of ours it may import. "*" is all of them but main. A package
// that is not here has no floor: give it one, as low as it can stand.
var floors = map[string][]string{
	// 0: ideas that need no other
	"engine/supergraph":    {},
	"engine/queryplan":     {},
	"graph/model":          {},
	"auth/follow":          {},
	"auth/apikeys":         {"auth/follow"},
	"auth/held":            {},
	"auth/exchange":        {"auth/held"},
	"auth/mint":            {"auth/follow", "auth/held"},
	"auth":                 {"auth/apikeys", "auth/exchange", "auth/follow", "auth/held", "auth/mint"},
	"telemetry/trace":      {},
	"telemetry/otlp":       {"telemetry/trace"},
	"telemetry":            {"telemetry/otlp", "telemetry/trace"},
	"schema":               {},
	"events":               {},
	"rollout/comparison":   {},
	"rollout":              {"events", "rollout/comparison"},
	"facade":               {"rollout", "telemetry"},
	"rollout/canary":       {"events", "rollout"},
	"subgraph/wire":        {},
	"subgraph/shaping":     {},
	"internal/conformance": {},
	"internal/scenario":    {},
	"internal/took":        {},
	"internal/free":        {},
	"heap":                 {},
	"uploads":              {},
	"nearest":              {},
	"junit":                {},
	"ratelimit":            {},
	"console":              {},
	"internal/collector":   {},
	// 1
	"engine/operation":         {"engine/supergraph"},
	"engine/introspection":     {"engine/queryplan"},
	"engine/composition":       {"engine/supergraph"},
	"monolith-adapter/mapping": {},
	"monolith-adapter/openapi": {},
	"engine/authorization":     {"engine/operation", "engine/supergraph"},
	"engine/cost":              {"engine/operation", "engine/queryplan", "engine/supergraph"},
	"changes":                  {"engine/operation"},
	"usage":                    {"engine/operation"},
	"owners/contract":          {"engine/composition", "engine/supergraph", "mocks"},
	// 2: planner and executor never meet
	"engine/planner":  {"engine/operation", "engine/queryplan", "engine/supergraph"},
	"engine/executor": {"engine/queryplan"},
	// 3: a source is a Fetcher; it knows plans, and nothing of who asks
	"engine":           {"engine/authorization", "engine/cost", "engine/executor", "engine/introspection", "engine/operation", "engine/planner", "engine/queryplan", "engine/supergraph"},
	"rollout/shadow":   {"engine", "engine/queryplan", "engine/supergraph", "rollout", "rollout/comparison"},
	"subgraph":         {"engine/executor", "engine/queryplan", "engine/supergraph", "subgraph/shaping", "subgraph/wire", "telemetry/trace", "uploads"},
	"monolith-adapter": {"auth/exchange", "auth/held", "auth/mint", "engine/executor", "engine/queryplan", "engine/supergraph", "monolith-adapter/mapping", "graph/model", "subgraph", "subgraph/shaping", "nearest", "telemetry/trace"},
	"mocks":            {"engine/executor", "engine/queryplan", "engine/supergraph", "graph/model", "nearest"},
	"mocks/response":   {},
	"mocks/fuzz":       {"junit", "mocks", "mocks/response"},
	"mocks/record":     {"engine/supergraph", "mocks/response", "nearest"},
	"graph":            {"graph/model"},
	"resolvers":        {"graph", "graph/model"},
	// test support: random graphs, a source that forgives nothing
	"internal/universe": {"engine/executor"},
	// 4
	"admin":         {"auth/apikeys", "events", "rollout", "rollout/shadow"},
	"documents":     {"telemetry"},
	"transport":     {"auth", "documents", "engine", "ratelimit", "telemetry", "telemetry/trace", "uploads"},
	"config":        {"auth", "documents", "engine", "engine/operation", "events", "facade", "monolith-adapter", "mocks", "nearest", "ratelimit", "rollout", "subgraph", "telemetry", "transport", "uploads", "usage"},
	"owners/status": {"engine/operation", "engine/supergraph", "nearest", "owners/contract"},
	"owners":        {"config", "engine", "engine/composition", "engine/executor", "engine/supergraph", "facade", "mocks", "monolith-adapter", "owners/status", "owners/contract", "rollout", "subgraph"},
	// 5, 6
	"monolith-adapter/suite": {"config", "junit", "monolith-adapter", "monolith-adapter/mapping"},

	"wiring": {"*"},
	"cli":    {"*"},
	"":       {"*"},
}

// foreign are folders with floors of their own: runnable examples, which know nothing of the gateway.
var foreign = []string{"examples", "bench"}

// goless are the packages of the engine that must not start goroutines.
var goless = []string{"engine", "engine/authorization", "engine/composition", "engine/cost", "engine/introspection", "engine/operation", "engine/planner", "engine/queryplan", "engine/supergraph"}

func TestPackagesImportOnlyWhatTheirFloorAllows(t *testing.T) {
	for dir, files := range packages(t) {
		allowed, known := floors[dir]
		if !known {
			if !isForeign(dir) {
				t.Errorf("%s has no floor: add it to the table in layout_test.go", dir)
			}
			continue
		}
		for _, f := range files {
			for _, i := range f.syntax.Imports {
				target, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), module)
				if ours && !slices.Contains(allowed, target) && !slices.Contains(allowed, "*") {
					t.Errorf("%s imports %s: %s may import %v", f.name, target, dir, allowed)
				}
			}
		}
	}
}

func TestEachPackageHasOnePackageComment(t *testing.T) {
	for dir, files := range packages(t) {
		var with []string
		for _, f := range files {
			if f.syntax.Doc != nil && !f.generated {
				with = append(with, f.name)
			}
		}
		if len(with) != 1 && !slices.ContainsFunc(files, func(f file) bool { return f.generated }) {
			t.Errorf("%q has %d package comments, in %v; want one, in the file of the package's name", dir, len(with), with)
		}
	}
}

func TestEngineStartsGoroutinesOnlyInTheExecutor(t *testing.T) {
	all := packages(t)
	for _, dir := range goless {
		for _, f := range all[dir] {
			ast.Inspect(f.syntax, func(n ast.Node) bool {
				if _, ok := n.(*ast.GoStmt); ok {
					t.Errorf("%s starts a goroutine; only engine/executor may", f.name)
				}
				return true
			})
		}
	}
}

func TestRootHoldsServerOnly(t *testing.T) {
	for _, f := range packages(t)[""] {
		if f.name != "server.go" {
			t.Errorf("%s: the root holds server.go and tests, nothing else in Go", f.name)
		}
	}
}

// TestEachDependencyHasItsReason: what go.mod requires directly is in docs/dependencies.md, and nothing else.
func TestEachDependencyHasItsReason(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	reasons, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	_, direct, _ := strings.Cut(string(mod), "require (")
	direct, _, _ = strings.Cut(direct, ")")
	for line := range strings.Lines(direct) {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.Contains(string(reasons), name) {
			t.Errorf("docs/dependencies.md does not say why there is %s", name)
		}
	}
	for line := range strings.Lines(string(reasons)) {
		cell, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " |")
		for name := range strings.SplitSeq(cell, ", ") {
			if strings.Contains(name, ".") && strings.Contains(name, "/") && !strings.Contains(direct, name+" ") {
				t.Errorf("docs/dependencies.md gives a reason for %s, which go.mod does not require", name)
			}
		}
	}
}

// TestTheEngineHasItsScenarios: what the engine does is written down as scenarios, one idea a file, and they
// do not get fewer.
func TestTheEngineHasItsScenarios(t *testing.T) {
	const least, leastShared = 300, 190
	count := func(dir string) (n int) {
		err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(name, ".txtar") {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count("engine"); n < least {
		t.Errorf("%d scenarios in engine, want at least %d", n, least)
	}
	if n := count("engine/testdata/scenarios"); n < leastShared {
		t.Errorf("%d scenarios are shared by the stages, want at least %d", n, leastShared)
	}
}

// file is one Go file that is not a test.
type file struct {
	name      string
	syntax    *ast.File
	generated bool
}

// packages is every Go file of the module that is not a test, by folder.
func packages(t *testing.T) map[string][]file {
	t.Helper()
	out := map[string][]file{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(fset, name, source, parser.ParseComments)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(name))
		if dir == "." {
			dir = ""
		}
		out[dir] = append(out[dir], file{name: filepath.ToSlash(name), syntax: syntax, generated: ast.IsGenerated(syntax)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func isForeign(dir string) bool {
	return slices.ContainsFunc(foreign, func(f string) bool { return dir == f || strings.HasPrefix(dir, f+"/") })
}
