package operation_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
)

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "Syntax Error: Unexpected <EOF>.",
		"{ dog {":                         "Syntax Error: Expected Name, found <EOF>",
		"{ dog { id } } \xff":             "Syntax Error: The document is not valid UTF-8.",
		"{ count(n: 1a) }":                `Syntax Error: Invalid number, expected digit but got: "a".`,
		`{ json(value: "\uD83D") }`:       `Syntax Error: Invalid Unicode escape sequence in "�": a surrogate stands alone.`,
		"query($a: JSON @x(y: $b)) { z }": `Syntax Error: Unexpected variable "$b" in constant value.`,
		"{ ...F } fragment F($a: Int) on Query { count(n: $a) }":   `Syntax Error: Fragment "F" cannot define variables; define them in the operation.`,
		"fragment F on Query { count(n: 1) }":                      "Must provide an operation.",
		"{ dog { wings } }":                                        `Cannot query field "wings" on type "Dog".`,
		"{ dog { bark } }":                                         `Cannot query field "bark" on type "Dog". Did you mean "barks"?`,
		"{ dog }":                                                  `Field "dog" of type "Dog" must have a selection of subfields.`,
		"{ dog { ... on Person { id } } }":                         `Fragment cannot be spread here as objects of type "Dog" can never be of type "Person".`,
		"{ dog { ...F } } fragment F on Cat { id }":                `Fragment "F" cannot be spread here as objects of type "Dog" can never be of type "Cat".`,
		"{ pet(id: 2147483648) { id } }":                           "Int cannot represent non 32-bit signed integer value: 2147483648",
		"{ count(n: null) }":                                       `Expected value of type "Int!", found null.`,
		"{ json(size: SMAL) }":                                     `Value "SMAL" does not exist in "Size" enum. Did you mean the enum value "SMALL"?`,
		`{ json(size: "SMALL") }`:                                  `Enum "Size" cannot represent non-enum value: "SMALL". Did you mean the enum value "SMALL"?`,
		`{ json(by: {id: 1, name: "x"}) }`:                         `OneOf Input Object "By" must specify exactly one key.`,
		"{ json(by: {id: null}) }":                                 `Field "By.id" must be non-null.`,
		`{ pet(filter: {nam: "x", name: "y"}) { id } }`:            `Field "nam" is not defined by type "Filter". Did you mean "name"?`,
		"{ pet(filter: {}) { id } }":                               `Field "Filter.name" of required type "String!" was not provided.`,
		"{ pet(filter: [1]) { id } }":                              `Expected value of type "Filter", found [1].`,
		"{ x: count(n: 1) x: count(n: 2) }":                        `Fields "x" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional.`,
		"{ dog { a: id a: barks } }":                               "Fields \"dog\" conflict because subfields \"a\" conflict because they return conflicting types \"ID!\" and \"Boolean\". Use different aliases on the fields to fetch both if this was intentional.",
		"{ pet { ... on Dog { x: barks } ... on Cat { x: id } } }": `Fields "pet" conflict because subfields "x" conflict because they return conflicting types "Boolean" and "ID!". Use different aliases on the fields to fetch both if this was intentional.`,
	} {
		_, err := operation.Parse(load(t), text, operation.Limits{})
		if err == nil {
			t.Errorf("%s is accepted", text)
			continue
		}
		if first, _, _ := strings.Cut(err.Error(), "\n"); !strings.HasPrefix(first, want) {
			t.Errorf("%s\n%s", text, cmp.Diff(want, first))
		}
	}
}

func TestAnInterfaceNeedsNoImplementation(t *testing.T) {
	api, err := gqlparser.LoadSchema(&ast.Source{Input: "type Query { a: I } interface I { x: Int } interface J { x: Int }"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := operation.Parse(api, "{ a { ... on I { x } } }", operation.Limits{}); err != nil {
		t.Error(err)
	}
	if _, err := operation.Parse(api, "{ a { ... on J { x } } }", operation.Limits{}); err == nil {
		t.Error("nothing is both")
	}
}

func TestSubscriptions(t *testing.T) {
	api, err := gqlparser.LoadSchema(&ast.Source{Input: "type Query { a: Int } type Subscription { a: Int b: Int }"})
	if err != nil {
		t.Fatal(err)
	}
	const one = " must select only one top level field."
	for text, want := range map[string]string{
		"subscription { a a }":                 "",
		"subscription { a b @skip(if: true) }": "",
		"subscription { a b }":                 "Anonymous Subscription" + one,
		"subscription S { x: a y: a }":         `Subscription "S"` + one,
		"subscription { ...F ...F } fragment F on Subscription { a ... { b } }": "Anonymous Subscription" + one,
		"subscription { __typename }":                                           "Anonymous Subscription must not select an introspection top level field.",
		"subscription($c: Boolean!) { a @include(if: $c) }":                     "Anonymous Subscription must not make its top level field depend on a variable: remove @include.",
	} {
		_, err := operation.Parse(api, text, operation.Limits{})
		if got := message(err); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limits     operation.Limits
		text, code string
	}{
		"tokens":               {operation.Limits{MaxTokens: 6}, "{ dog { id } }", ""},
		"one token more":       {operation.Limits{MaxTokens: 5}, "{ dog { id } }", operation.CodeParsingLimit},
		"recursion":            {operation.Limits{MaxRecursion: 1}, "{ dog { id } }", operation.CodeParsingLimit},
		"depth":                {operation.Limits{MaxDepth: 2}, "{ dog { id } }", ""},
		"depth of a fragment":  {operation.Limits{MaxDepth: 2}, "{ ...F } fragment F on Query { dog { owner { id } } }", operation.CodeMaxDepth},
		"aliases":              {operation.Limits{MaxAliases: 1}, "{ a: dog { b: id } }", operation.CodeMaxAliases},
		"aliases that fit":     {operation.Limits{MaxAliases: 2}, "{ a: dog { b: id id: id } }", ""},
		"height":               {operation.Limits{MaxHeight: 3}, "{ dog { id a: id } dog { id name } x: dog { name } }", ""},
		"height of fragments":  {operation.Limits{MaxHeight: 3}, "{ dog { id owner { id } ...F } } fragment F on Dog { owner { id } }", operation.CodeMaxHeight},
		"root fields":          {operation.Limits{MaxRootFields: 1}, "{ dog { id } ... { x: dog { id } } }", operation.CodeMaxRootFields},
		"selections":           {operation.Limits{MaxSelections: 3}, "{ dog { id name barks } }", operation.CodeTooLarge},
		"selections that fit":  {operation.Limits{MaxSelections: 4}, "{ dog { id name barks } }", ""},
		"what a text weighs":   {operation.Limits{MaxSelections: 9}, `{ json(value: "` + strings.Repeat("x", 1000) + `") }`, operation.CodeTooLarge},
		"what a list weighs":   {operation.Limits{MaxSelections: 9}, `{ json(value: [1 2 3 4 5 6 7 8 9]) }`, operation.CodeTooLarge},
		"what is skipped only": {operation.Limits{MaxRootFields: 1}, "{ dog { id } x: dog @skip(if: true) { id } }", ""},
	} {
		doc, err := operation.Parse(load(t), c.text, c.limits)
		if err == nil {
			p, _ := doc.Operation("")
			_, err = p.Decide(0)
		}
		if got := codeOf(err); got != c.code {
			t.Errorf("%s: %q, want %q: %v", name, got, c.code, err)
		}
	}
}

func TestLimitsAreValidated(t *testing.T) {
	if err := (operation.Limits{}).Validate(); err != nil {
		t.Error(err)
	}
	for _, l := range []operation.Limits{{MaxTokens: -1}, {MaxHeight: -1}, {MaxRecursion: 5_000}} {
		if l.Validate() == nil {
			t.Errorf("%+v is accepted", l)
		}
	}
}

func TestIntrospects(t *testing.T) {
	for text, want := range map[string]bool{
		"{ dog { id } __typename }":                                             false,
		"{ __schema { description } }":                                          true,
		"{ ...F } fragment F on Query { ... { __type(name: \"A\") { name } } }": true,
	} {
		if got := prepare(t, text).Introspects(); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func TestBlockStringsLoseTheirIndentation(t *testing.T) {
	for text, want := range map[string]string{
		"\"\"\"é first\n    second\n      third\n  \"\"\"": `"é first\nsecond\n  third"`,
		"\"\"\"\n  first\n    second\n  \"\"\"":            `"first\n  second"`,
		"\"\"\"  one \\\"\"\" line  \"\"\"":                `"  one \"\"\" line  "`,
		"[\"\"\"a\n  b\"\"\" \"\"\"c\r\n\td\n\n\te\"\"\"]": `["a\nb","c\nd\n\ne"]`,
	} {
		op := decide(t, "{ json(value: "+text+") }", "")
		if diff := cmp.Diff("query{json(value:"+want+")}", op.Key); diff != "" {
			t.Errorf("%s\n-want +got\n%s", text, diff)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	api := load(b)
	text := "query Q($id: Int = 1, $a: Boolean = true) { pet(id: $id, filter: {name: \"x\"}) { id ...F @include(if: $a) } dog { owner { pets { id name } } } } fragment F on Dog { barks owner { id } }"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := operation.Parse(api, text, operation.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	p := prepare(b, "query Q($id: Int = 1, $a: Boolean = true) { pet(id: $id, filter: {name: \"x\"}) { id ...F @include(if: $a) } dog { owner { pets { id name } } } } fragment F on Dog { barks owner { id } }")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Decide(1); err != nil {
			b.Fatal(err)
		}
	}
}
