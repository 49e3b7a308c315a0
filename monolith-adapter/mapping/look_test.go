package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

func TestReferences(t *testing.T) {
	for selection, want := range map[string]string{
		`id`:                                    "",
		`$args.id`:                              "args.id@0",
		`a: $args.id b: $this.x.y`:              "args.id@3 this.x.y@15",
		`$args { id org { id } }`:               "args.id@8 args.org.id@17",
		`$batch.id->joinNotNull(',')`:           "batch.id@9",
		`ids: $batch.id->first`:                 "batch.id@5",
		`$batch->map(@.id)`:                     "batch.id@0",
		`x: $batch->map({ k: @.id, o: @.org })`: "batch.id@20 batch.org@29",
		`$args`:                                 "args@0",
		`$(nope ?? $config.a)`:                  "config.a@10",
		`$.a->match([$args.x, $args.y])`:        "args.x@12 args.y@21",
		`$args.x->as($v)->echo($v.z)`:           "args.x@7",
		`$this.a?.b`:                            "this.a.b@0",
		`$request.headers.'x-y'->first`:         "request.headers.x-y@0",
		`$args.list->filter(@.on)->map(@.id)`:   "args.list.on@19 args.list.id@0",
	} {
		s, err := mapping.Parse(selection, mapping.V03)
		if err != nil {
			t.Fatalf("%s: %v", selection, err)
		}
		var got []string
		for _, r := range s.References() {
			got = append(got, fmt.Sprintf("%s@%d", strings.Join(append([]string{r.Variable}, r.Path...), "."), r.At))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", selection, diff)
		}
	}
}

func TestOutput(t *testing.T) {
	for selection, want := range map[string]string{
		`$.a`:                                   "?",
		`id name: x.y`:                          "{id:? name:?}",
		`$.data { id } total: $.n`:              "{id:? total:?}",
		`a { b { c } }`:                         "{a:{b:{c:?}}}",
		`a: { b }`:                              "{a:{b:?}}",
		`a: $.list->first { b }`:                "{a:{b:?}}",
		`a: $.list->map({ x: @.y })`:            "{a:{x:?}}",
		`a: $.list->map({ x: @ })->first`:       "{a:{x:?}}",
		`a: $({ x: 1 })`:                        "{a:{x:?}}",
		`a: $([{ x: 1 }, { y: 2 }])`:            "{a:{x:? y:?}}",
		`a: b->match([1, { x: 1 }], [@, null])`: "{a:{x:?}}",
		`a: $({ x: { y: 1 } }).x`:               "{a:{y:?}}",
		`a { b } a { c }`:                       "{a:{b:? c:?}}",
		`a: $(b ?? { c: 1 })`:                   "{a:{c:?}}",
	} {
		s, err := mapping.Parse(selection, mapping.V03)
		if err != nil {
			t.Fatalf("%s: %v", selection, err)
		}
		if diff := cmp.Diff(want, describe(s.Output())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", selection, diff)
		}
	}
}

func describe(o *mapping.Output) string {
	if !o.Object {
		return "?"
	}
	parts := make([]string, len(o.Fields))
	for i, f := range o.Fields {
		parts[i] = f.Name + ":" + describe(f.Output)
	}
	return "{" + strings.Join(parts, " ") + "}"
}

func TestTrim(t *testing.T) {
	wanted := mapping.Wanted{"id": nil, "org": {"name": nil}}
	for selection, want := range map[string]string{
		`id x y`:                           `id`,
		`org { id name } other { id }`:     `org { name }`,
		`org: a.b { id name: n }`:          `org: a.b { name: n }`,
		`$.data { id x } $.meta { total }`: `$.data { id } $.meta { }`,
		`$.items { x }`:                    `$.items { }`,
		`$.a`:                              `$.a`,
		`org: $.a->map({ id: @.b })`:       `org: $.a->map({ id: @.b })`,
	} {
		s, err := mapping.Parse(selection, mapping.V03)
		if err != nil {
			t.Fatalf("%s: %v", selection, err)
		}
		if diff := cmp.Diff(want, s.Trim(wanted).String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", selection, diff)
		}
	}
}
