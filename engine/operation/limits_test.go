package operation_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
)

const limited = `type Query { a(in: In, ids: [Int], json: JSON): Query b: Int } input In { in: In ids: [Int] } scalar JSON`

// bounded is what one limit says of a request.
type bounded struct {
	limits operation.Limits
	text   string
	values string
	want   *operation.Excess
	code   string
}

var boundedCases = map[string]bounded{
	"tokens":                    {operation.Limits{MaxTokens: 7}, "{ a { b b } b }", "", &operation.Excess{Limit: "limits.parser_max_tokens", Max: 7, Actual: 8}, "PARSING_LIMIT"},
	"recursion":                 {operation.Limits{MaxRecursion: 2}, "{ a { a { b } } }", "", &operation.Excess{Limit: "limits.parser_max_recursion", Max: 2, Actual: 3}, "PARSING_LIMIT"},
	"depth":                     {operation.Limits{MaxDepth: 2}, "{ a { a { a { b } } } }", "", &operation.Excess{Limit: "limits.max_depth", Max: 2, Actual: 4}, "MAX_DEPTH_LIMIT"},
	"aliases":                   {operation.Limits{MaxAliases: 1}, "{ x: b y: b z: b }", "", &operation.Excess{Limit: "limits.max_aliases", Max: 1, Actual: 3}, "MAX_ALIASES_LIMIT"},
	"root fields":               {operation.Limits{MaxRootFields: 1}, "{ x: b y: b b }", "", &operation.Excess{Limit: "limits.max_root_fields", Max: 1, Actual: 3}, "MAX_ROOT_FIELDS_LIMIT"},
	"height":                    {operation.Limits{MaxHeight: 1}, "{ b a { b } }", "", &operation.Excess{Limit: "limits.max_height", Max: 1, Actual: 3}, "MAX_HEIGHT_LIMIT"},
	"selections":                {operation.Limits{MaxSelections: 2}, "{ b x: b y: b z: b }", "", &operation.Excess{Limit: "limits.max_selections", Max: 2, Actual: 3}, "OPERATION_TOO_LARGE"},
	"directives":                {operation.Limits{MaxDirectives: 2}, "{ b @skip(if: false) x: b @skip(if: false) y: b @include(if: true) }", "", &operation.Excess{Limit: "limits.max_directives", Max: 2, Actual: 3}, "MAX_DIRECTIVES_LIMIT"},
	"directives that fit":       {operation.Limits{MaxDirectives: 2}, "{ b @skip(if: false) x: b @skip(if: false) }", "", nil, ""},
	"unknown directives":        {operation.Limits{MaxDirectives: 9}, "{ b" + strings.Repeat(" @a", 10) + " }", "", &operation.Excess{Limit: "limits.max_directives", Max: 9, Actual: 10}, "MAX_DIRECTIVES_LIMIT"},
	"different directives":      {operation.Limits{MaxUniqueDirectives: 1}, "{ b @skip(if: false) x: b @skip(if: false) y: b @include(if: true) }", "", &operation.Excess{Limit: "limits.max_unique_directives", Max: 1, Actual: 2}, "MAX_DIRECTIVES_LIMIT"},
	"equal directives":          {operation.Limits{MaxUniqueDirectives: 1}, "{ b @skip(if: false) x: b @skip(if: false) }", "", nil, ""},
	"a list":                    {operation.Limits{MaxInputListSize: 2}, "{ a(ids: [1 2 3 4]) { b } }", "", &operation.Excess{Limit: "limits.max_input_list_size", Max: 2, Actual: 4}, "MAX_INPUT_LIST_SIZE_LIMIT"},
	"a list that fits":          {operation.Limits{MaxInputListSize: 2}, "{ a(ids: [1 2]) { b } }", "", nil, ""},
	"a list of a variable":      {operation.Limits{MaxInputListSize: 2}, "query($i: [Int]) { a(ids: $i) { b } }", `{"i":[1,2,3]}`, &operation.Excess{Limit: "limits.max_input_list_size", Max: 2, Actual: 3}, "MAX_INPUT_LIST_SIZE_LIMIT"},
	"a list that fits there":    {operation.Limits{MaxInputListSize: 2}, "query($i: [Int]) { a(ids: $i) { b } }", `{"i":[1,2]}`, nil, ""},
	"a list of a scalar":        {operation.Limits{MaxInputListSize: 2}, "query($i: JSON) { a(json: $i) { b } }", `{"i":{"x":[[1],2,3]}}`, &operation.Excess{Limit: "limits.max_input_list_size", Max: 2, Actual: 3}, "MAX_INPUT_LIST_SIZE_LIMIT"},
	"a list of a default":       {operation.Limits{MaxInputListSize: 2}, "query($i: [Int] = [1 2 3]) { a(ids: $i) { b } }", "", &operation.Excess{Limit: "limits.max_input_list_size", Max: 2, Actual: 3}, "MAX_INPUT_LIST_SIZE_LIMIT"},
	"a list in a fragment":      {operation.Limits{MaxInputListSize: 2}, "{ ...F } fragment F on Query { a(in: {ids: [1 2 3]}) { b } }", "", &operation.Excess{Limit: "limits.max_input_list_size", Max: 2, Actual: 3}, "MAX_INPUT_LIST_SIZE_LIMIT"},
	"a deep value":              {operation.Limits{MaxInputDepth: 2}, "{ a(in: {in: {in: {}}}) { b } }", "", &operation.Excess{Limit: "limits.max_input_depth", Max: 2, Actual: 3}, "MAX_INPUT_DEPTH_LIMIT"},
	"a deep value that fits":    {operation.Limits{MaxInputDepth: 2}, "{ a(in: {in: {}}) { b } }", "", nil, ""},
	"a deep variable":           {operation.Limits{MaxInputDepth: 2}, "query($i: In) { a(in: $i) { b } }", `{"i":{"in":{"in":{}}}}`, &operation.Excess{Limit: "limits.max_input_depth", Max: 2, Actual: 3}, "MAX_INPUT_DEPTH_LIMIT"},
	"a deep variable that fits": {operation.Limits{MaxInputDepth: 2}, "query($i: In) { a(in: $i) { b } }", `{"i":{"in":{}}}`, nil, ""},
}

// TestLimitsTell: each limit is enforced with its key, what may be and what is; measured, the request passes and the
// same is told.
func TestLimitsTell(t *testing.T) {
	api := gqlparser.MustLoadSchema(&ast.Source{Input: limited})
	for name, c := range boundedCases {
		t.Run(name, func(t *testing.T) {
			_, err := c.run(api)
			var got operation.Errors
			errors.As(err, &got)
			switch {
			case c.want == nil && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != nil && (len(got) != 1 || got[0].Code != c.code):
				t.Errorf("%v, want one error %s", err, c.code)
			case c.want != nil:
				if diff := cmp.Diff(c.want, got[0].Excess); diff != "" {
					t.Errorf("enforced (-want +got):\n%s", diff)
				}
			}
			c.limits.Measured = operation.LimitKeys()
			told, err := c.run(api)
			if err != nil && name != "unknown directives" {
				t.Errorf("measured: %v", err)
			}
			if c.want != nil && err == nil {
				if diff := cmp.Diff([]operation.Excess{*c.want}, exact(told, c.want)); diff != "" {
					t.Errorf("measured (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// exact is what was told, where the number that is there in full may be more than the one at which an enforced limit
// ends the counting.
func exact(told []operation.Excess, want *operation.Excess) []operation.Excess {
	if len(told) == 1 && told[0].Actual > want.Actual {
		switch want.Limit {
		case "limits.parser_max_tokens", "limits.max_selections":
			told[0].Actual = want.Actual
		}
	}
	return told
}

// run leads a request through all that is limited.
func (c bounded) run(api *ast.Schema) ([]operation.Excess, error) {
	doc, err := operation.Parse(api, c.text, c.limits)
	if err != nil {
		return nil, err
	}
	p, err := doc.Operation("")
	if err != nil {
		return nil, err
	}
	values, told, err := p.Measure([]byte(c.values))
	if err != nil {
		return nil, err
	}
	mask, err := p.Mask(values)
	if err != nil {
		return nil, err
	}
	op, err := p.Decide(mask)
	if err != nil {
		return nil, err
	}
	return append(told, op.Exceeded...), nil
}

// TestMeasuredLimitsKeepTheBuiltInBound: what protects the gateway without configuration does so in any mode.
func TestMeasuredLimitsKeepTheBuiltInBound(t *testing.T) {
	api := gqlparser.MustLoadSchema(&ast.Source{Input: limited})
	all := operation.LimitKeys()
	for name, c := range map[string]bounded{
		"tokens":     {operation.Limits{MaxTokens: 10, Measured: all}, "{" + strings.Repeat(" b", 15_000) + " }", "", nil, "limits.parser_max_tokens"},
		"recursion":  {operation.Limits{MaxRecursion: 10, Measured: all}, strings.Repeat("{ a ", 501), "", nil, "limits.parser_max_recursion"},
		"depth":      {operation.Limits{MaxRecursion: 900, MaxDepth: 10, Measured: []string{"max_depth"}}, strings.Repeat("{ a ", 501) + "{ b" + strings.Repeat(" }", 502), "", nil, "limits.max_depth"},
		"a wide one": {operation.Limits{MaxTokens: 20_000, Measured: all}, "{" + strings.Repeat(" b", 20_000) + " }", "", nil, "limits.parser_max_tokens"},
	} {
		_, err := c.run(api)
		var got operation.Errors
		if errors.As(err, &got); len(got) == 0 || got[0].Excess == nil || got[0].Excess.Limit != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

// TestRefusalsSayHowMuch: the client gets the limit, what may be and what is.
func TestRefusalsSayHowMuch(t *testing.T) {
	api := gqlparser.MustLoadSchema(&ast.Source{Input: limited})
	_, err := bounded{limits: operation.Limits{MaxAliases: 1, MaxRootFields: 2}, text: "{ x: b y: b z: b }"}.run(api)
	text, _ := json.Marshal(err)
	want := `[{"message":"The operation has 3 aliases, and may have 1: split it into several requests.","locations":[{"line":1,"column":8}],"extensions":{"actual":3,"code":"MAX_ALIASES_LIMIT","limit":"limits.max_aliases","max":1}},` +
		`{"message":"The operation has 3 root fields, and may have 2: split it into several requests.","locations":[{"line":1,"column":13}],"extensions":{"actual":3,"code":"MAX_ROOT_FIELDS_LIMIT","limit":"limits.max_root_fields","max":2}}]`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
