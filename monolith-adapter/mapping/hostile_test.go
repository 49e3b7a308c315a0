package mapping_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// TestHostileSelections: long texts take no more time than their length explains, and
// whatever they make ends within the budget.
func TestHostileSelections(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	limits := mapping.Limits{Steps: 1_000_000}
	const size = 1 << 17
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	numbered := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < size-100; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, source := range map[string]string{
		"braces":                fill("{"),
		"brackets":              fill("["),
		"groups":                fill("$("),
		"keys":                  numbered("k%d "),
		"the same key":          fill("a "),
		"the same block":        fill("a{b} "),
		"blocks of one name":    numbered("a{b%d} "),
		"spreads":               fill("...a "),
		"spreads of blocks":     numbered("...a{b%d} "),
		"steps":                 "$" + fill(".a")[:size-2],
		"question marks":        "$" + fill(".a?")[:size-4],
		"methods":               "$" + fill("->first")[:size-14],
		"nesting by methods":    "$" + strings.Repeat("->echo([@])", 11_000),
		"doubling by methods":   "$" + strings.Repeat("->echo([@,@])", 9_000),
		"locals":                "$" + strings.Repeat("->as($a)", 100) + strings.Repeat("->echo($b)", 11_000),
		"a chain":               "$(a" + strings.Repeat("??a", 40_000) + ")",
		"a list":                "$([" + strings.Repeat("1,", 60_000) + "])",
		"a string":              `$("` + fill("x")[:size-10] + `")`,
		"a string without end":  `"` + fill("x")[1:],
		"a number":              "$(" + fill("1")[4:] + ")",
		"comments":              fill("#\n"),
		"match arms":            "$->match(" + numbered("[%d,{a:1}],") + "[@,{b:2}])",
		"many branching spread": strings.Repeat(`...k->match([1,{a:1}],[2,{b:2}]) `, 4_000),
	} {
		t.Run(name, func(t *testing.T) {
			for _, version := range []mapping.Version{mapping.V03, mapping.V04} {
				start := time.Now()
				s, err := mapping.Parse(source, version)
				parsing := time.Since(start)
				if err == nil {
					_ = s.Output()
					_ = s.References()
					_ = s.Lint()
					_ = s.Trim(mapping.Wanted{"a": {"b": nil}}).String()
				}
				looking := time.Since(start) - parsing
				if err == nil {
					_, _, err = s.Eval(parse(t, `{"a":{"b":1},"k":1}`), nil, limits)
				}
				running := time.Since(start) - parsing - looking
				t.Logf("version %d: %v to parse, %v to look into, %v to run: %.100v", version, parsing, looking, running, err)
				if took := time.Since(start); took > 30*time.Second {
					t.Errorf("version %d took %v", version, took)
				}
			}
		})
	}
}

// TestHostileData: data as large as an answer may be ends within the budget, whatever is asked of it.
func TestHostileData(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	limits := mapping.Limits{Steps: 1_000_000}
	long := strings.Repeat("x", 1<<20)
	list := "[" + strings.Repeat("1,", 100_000) + "1]"
	deep := strings.Repeat("[", 500) + `{"a":1}` + strings.Repeat("]", 500)
	for _, c := range []struct{ name, selection, data string }{
		{"texts without end", `$.list->map($.text->jsonStringify)`, `{"list":` + list + `,"text":"` + long + `"}`},
		{"texts compared", `$.list->filter($.text->eq($.again))`, `{"list":` + list + `,"text":"` + long + `","again":"` + long + `"}`},
		{"texts split", `$.list->map($.text->split(""))`, `{"list":` + list + `,"text":"` + long + `"}`},
		{"texts joined", `$.list->map($.list->joinNotNull(""))`, `{"list":` + list + `}`},
		{"texts cut", `$.list->map($.text->slice(1, 2))`, `{"list":` + list + `,"text":"` + long + `"}`},
		{"texts parsed", `$.list->map($.text->jsonParse)`, `{"list":` + list + `,"text":"` + strings.ReplaceAll(list, `"`, `\"`) + `"}`},
		{"texts quoted again and again", `$.text` + strings.Repeat("->jsonStringify", 60), `{"text":"\"\"\""}`},
		{"lists within lists", `$.list->map($.list->map($.list))`, `{"list":` + list + `}`},
		{"lists compared", `$.list->filter($.list->eq($.list))`, `{"list":` + list + `}`},
		{"lists searched", `$.list->filter($.list->contains(2))`, `{"list":` + list + `}`},
		{"a deep list", `$.a`, deep},
		{"a block on a deep list", `$ { a }`, deep},
		{"a deep list compared", `$->eq($)`, deep},
		{"keys of a deep list", `$->keysToCamelCaseDeep`, deep},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := parsed(t, "v0.4 | "+c.selection)
			data := parse(t, c.data)
			start := time.Now()
			v, _, err := s.Eval(data, nil, limits)
			took := time.Since(start)
			t.Logf("%v, %v", took, err)
			if took > 30*time.Second {
				t.Errorf("took %v", took)
			}
			if err != nil && !errors.Is(err, mapping.ErrBudget) {
				t.Error(err)
			}
			if err == nil && len(v.Append(nil)) > 1<<30 {
				t.Error("the output is enormous")
			}
		})
	}
}
