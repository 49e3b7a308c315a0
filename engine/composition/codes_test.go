package composition_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// unprovoked are the codes without a scenario, and why.
var unprovoked = map[string]string{
	"MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED": "what exceeds the bound takes seconds to compose",
}

// TestEveryCodeHasAScenarioAndARemedy holds the codes in the source, in the scenarios and in the document together.
func TestEveryCodeHasAScenarioAndARemedy(t *testing.T) {
	errorCodes, hintCodes := codesInSource(t)
	for _, kind := range []struct {
		name, section string
		line          *regexp.Regexp
		source        []string
	}{
		{"errors", "## Errors", regexp.MustCompile(`(?m)^(?:\S+:\d+:\d+: )?(?:\[[^\]]*\] )?([A-Z][A-Z_]+): `), errorCodes},
		{"hints", "## Hints", regexp.MustCompile(`(?m)^HINT ([A-Z_]+): `), hintCodes},
	} {
		provoked, documented := codesInScenarios(t, kind.name, kind.line), codesInDocument(t, kind.section)
		for _, code := range kind.source {
			if !strings.HasSuffix(code, "_") && !slices.Contains(provoked, code) && unprovoked[code] == "" {
				t.Errorf("%s: no scenario in testdata provokes it", code)
			}
			if !strings.HasSuffix(code, "_") && !slices.Contains(documented, code) {
				t.Errorf("%s: docs/composition-errors.md does not explain it", code)
			}
		}
		for _, code := range documented {
			if !slices.Contains(provoked, code) && unprovoked[code] == "" {
				t.Errorf("%s: documented under %s, but nothing provokes it", code, kind.section)
			}
		}
		for _, code := range provoked {
			if !slices.Contains(documented, code) {
				t.Errorf("%s: a scenario provokes it, but docs/composition-errors.md does not explain it", code)
			}
		}
		if len(provoked) < len(kind.source)/2 {
			t.Errorf("only %d codes of %s were found in the scenarios", len(provoked), kind.name)
		}
	}
}

func codesInScenarios(t *testing.T, section string, line *regexp.Regexp) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range files {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if f.Name != section {
				continue
			}
			for _, m := range line.FindAllStringSubmatch(string(f.Data), -1) {
				out = append(out, m[1])
			}
		}
	}
	return unique(out)
}

func codesInDocument(t *testing.T, section string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "composition-errors.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), section+"\n")
	rest, _, _ = strings.Cut(rest, "\n## ")
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([A-Z_]+) \|`).FindAllStringSubmatch(rest, -1) {
		out = append(out, m[1])
	}
	return unique(out)
}

// codesInSource are the constants of type Code, and the codes that hints are made with; one that is put together from
// parts ends in an underscore.
func codesInSource(t *testing.T) (errorCodes, hintCodes []string) {
	t.Helper()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if typ, ok := n.Type.(*ast.Ident); ok && typ.Name == "Code" {
					errorCodes = append(errorCodes, literal(n.Values[0]))
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && strings.HasPrefix(f.Sel.Name, "hint") {
					hintCodes = append(hintCodes, codesAmong(n.Args)...)
				}
			case *ast.CompositeLit:
				if typ, ok := n.Type.(*ast.Ident); ok && typ.Name == "Hint" {
					hintCodes = append(hintCodes, codesAmong(n.Elts)...)
				}
			}
			return true
		})
	}
	return unique(errorCodes), unique(hintCodes)
}

// codesAmong are the arguments that are codes, whole or begun.
func codesAmong(args []ast.Expr) []string {
	var out []string
	for _, a := range args {
		for {
			sum, ok := a.(*ast.BinaryExpr)
			if !ok {
				break
			}
			a = sum.X
		}
		if text := literal(a); regexp.MustCompile(`^[A-Z]+(_[A-Z]*)+$`).MatchString(text) {
			out = append(out, text)
		}
	}
	return out
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return text
}
