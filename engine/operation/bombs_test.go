package operation_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/internal/took"
)

const (
	// bombTime is five times what a bomb may take on an idle machine: tests share theirs.
	bombTime   = 500 * time.Millisecond * slowdown
	bombMemory = 100 << 20
)

// TestBombs sends documents that are small and cost much where cost is not bounded. Each is answered or refused
// at once; the code, if there is one, says by which bound.
func TestBombs(t *testing.T) {
	api := bigSchema(t)
	for name, bomb := range map[string]struct{ text, code string }{
		"equal fields":              {"{ dog {" + strings.Repeat(" id", 10_000) + " } }", ""},
		"equal composite fields":    {"{" + strings.Repeat(" dog { id }", 3_700) + " }", ""},
		"nested overlap":            {nestedOverlap(), ""},
		"wide nested overlap":       {wideOverlap(40), ""},
		"fragment doubling":         {fragments(30, "...F%[1]d ...F%[1]d"), operation.CodeTooLarge},
		"fragment doubling, empty":  {strings.Replace(fragments(30, "...F%[1]d ...F%[1]d"), "{ id }", "{ id @skip(if: true) }", 1), operation.CodeTooLarge},
		"fragment doubling, fields": {doubling(12), operation.CodeTooLarge},
		"fragment chain":            {fragments(1_500, "...F%[1]d"), operation.CodeTooLarge},
		"deep fragments":            {deepFragments(240), ""},
		"deeper fragments":          {deepFragments(260), operation.CodeMaxDepth},
		"many operations":           {manyOperations(700, 700), operation.CodeTooLarge},
		"tokens":                    {"{" + strings.Repeat(" id", 20_000) + " }", operation.CodeParsingLimit},
		"comments":                  {strings.Repeat("#\n", 20_000) + "{ dog { id } }", operation.CodeParsingLimit},
		"deep list":                 {"{ json(value: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + ") }", operation.CodeParsingLimit},
		"deep list, open":           {"{ json(value: " + strings.Repeat("[", 100_000), operation.CodeParsingLimit},
		"list of lists":             {"{ json(value: " + strings.Repeat("[", 490) + strings.Repeat("1 ", 13_000) + strings.Repeat("]", 490) + ") }", ""},
		"deep type":                 {"query($a: " + strings.Repeat("[", 490) + "Int" + strings.Repeat("]", 490) + ") { json(value: $a) }", operation.CodeValidation},
		"deep input":                {"{ pet(filter: " + strings.Repeat(`{name: "x", and: `, 480) + "[" + strings.Repeat("1 ", 9_000) + "]" + strings.Repeat("}", 480) + ") { id } }", operation.CodeValidation},
		"deep fields":               {strings.Repeat("{ dog ", 100_000), operation.CodeParsingLimit},
		"unknown fields":            {"{" + many(7_000, " nodee%d") + " }", operation.CodeValidation},
		"unknown arguments":         {"{" + many(1_300, " a%[1]d: node(idd%[1]d: 1) { id }") + " }", operation.CodeValidation},
		"unknown types":             {"{ node(id: 1) {" + many(2_000, " ... on Typ%d { id }") + " } }", operation.CodeValidation},
		"unknown enum values":       {"{" + many(1_500, " a%[1]d: json(size: SMAL%[1]d)") + " }", operation.CodeValidation},
		"unknown fragments":         {"{" + many(7_000, " ...F%d") + " }", operation.CodeValidation},
		"unknown directives":        {"{ dog { id" + strings.Repeat(" @a", 7_000) + " } }", operation.CodeValidation},
		"undefined variables":       {"{ json(value: [" + strings.Repeat(" $a", 7_000) + "]) }", operation.CodeValidation},
		"many variables":            {"query(" + many(2_400, "$a%d: Int ") + ") { json(value: [" + many(2_400, "$a%d ") + "]) }", ""},
		"many conditions":           {"query(" + many(800, "$a%d: Boolean! ") + ") {" + many(800, " dog @skip(if: $a%d) { id }") + " }", operation.CodeTooManyConditions},
		"different arguments":       {"{" + many(1_600, " node(id: %d) { id }") + " }", operation.CodeValidation},
		"long argument, repeated":   {`{ ` + strings.Repeat(" ...A", 5_000) + ` } fragment A on Query { json(value: "` + strings.Repeat("x", 100_000) + `") }`, operation.CodeTooLarge},
		"long string":               {`{ json(value: "` + strings.Repeat("x", 2_000_000) + `") }`, ""},
		"block string":              {`{ json(value: """` + strings.Repeat("  \n", 500_000) + `""") }`, ""},
		"abstract and concrete":     {abstractAndConcrete(60), ""},
		"errors seen many times":    {errorsInChain(130, 20), operation.CodeValidation},
		"cycle":                     {"{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", operation.CodeValidation},
		"introspection":             {"{ __schema { types { " + nest("fields { type { ", 100) + " } } }", operation.CodeValidation},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var err error
			used := took.By(t, func() { err = run(api, bomb.text) })
			runtime.ReadMemStats(&after)
			allocated := after.TotalAlloc - before.TotalAlloc
			t.Logf("%v, %d MB: %.100v", used.Round(time.Millisecond), allocated>>20, err)
			if used > bombTime || allocated > bombMemory {
				t.Errorf("took %v and %d MB", used, allocated>>20)
			}
			if code := codeOf(err); code != bomb.code {
				t.Errorf("code %q, want %q: %.300v", code, bomb.code, err)
			}
		})
	}
}

// run takes the text as far as it gets.
func run(api *ast.Schema, text string) error {
	doc, err := operation.Parse(api, text, operation.Limits{})
	if err != nil {
		return err
	}
	p, err := doc.Operation("")
	if err != nil {
		return err
	}
	if _, err := p.Mask(nil); err != nil {
		return err
	}
	_, err = p.Decide(0)
	return err
}

func codeOf(err error) string {
	var list operation.Errors
	if errors.As(err, &list) {
		return list[0].Code
	}
	return ""
}

// bigSchema is the test's schema with two thousand types more, for suggestions to choose from.
func bigSchema(t *testing.T) *ast.Schema {
	t.Helper()
	api, err := gqlparser.LoadSchema(&ast.Source{Input: sdl + many(2_000, "type Type%[1]d implements Node { id: ID! }\n")})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func nest(open string, n int) string {
	return strings.Repeat(open, n) + "name" + strings.Repeat(" }", strings.Count(open, "{")*n)
}

// nestedOverlap selects the same twice at each of as many levels as fit into 15 kB.
func nestedOverlap() string {
	inner := "id"
	for len(inner) < 7_500 {
		inner = strings.Repeat(" pets { owner { ... on Person { "+inner+" } } }", 2)
	}
	return `{ node(id: "1") { ... on Person { ` + inner + " } } }"
}

// wideOverlap has many fields of one key, each with many of another.
func wideOverlap(n int) string {
	return `{ node(id: "1") { ... on Person {` + strings.Repeat(" pets {"+strings.Repeat(" owner { id }", n)+" }", n) + " } } }"
}

// abstractAndConcrete has fields on an interface beside fields on each of its types.
func abstractAndConcrete(n int) string {
	return "{ node(id: 1) {" + strings.Repeat(" id", n) + many(1_000, " ... on Type%d { id }") + " } }"
}

// fragments is n fragments, each with the body that refers to the next.
func fragments(n int, body string) string {
	var b strings.Builder
	b.WriteString("{ dog { ...F0 } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Dog { "+strings.ReplaceAll(body, "%[1]d", "%[2]d")+" }", i, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Dog { id }", n)
	return b.String()
}

// doubling doubles what is selected at each level, under keys of their own.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("{ dog { ...F0 } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Dog { %s }", i, many(4, fmt.Sprintf("a%%d: owner { pets { ...F%d } } ", i+1)))
	}
	fmt.Fprintf(&b, " fragment F%d on Dog { id }", n)
	return b.String()
}

// deepFragments nests fields through fragments.
func deepFragments(n int) string {
	var b strings.Builder
	b.WriteString("{ dog { owner { ...F0 } } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Person { pets { owner { ...F%d } } }", i, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Person { id }", n)
	return b.String()
}

// manyOperations has operations that reach all fragments.
func manyOperations(operations, fragments int) string {
	return many(operations, "query Q%d { ...G } ") + "fragment G on Query {" + many(fragments, " ...F%d") + " } " +
		many(fragments, "fragment F%[1]d on Query { dog { id } } ")
}

// errorsInChain has fragments with wrong fields, each reached from all before it.
func errorsInChain(n, wrong int) string {
	var b strings.Builder
	b.WriteString("{ dog { ...F0 } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Dog {%s ...F%d }", i, many(wrong, " wing%d"), i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Dog { id }", n)
	return b.String()
}
