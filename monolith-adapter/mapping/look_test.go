package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// parsed reads a selection, of v0.3 if there is no version in front.
func parsed(t *testing.T, text string) *mapping.Selection {
	t.Helper()
	version := mapping.V03
	if v, rest, ok := strings.Cut(text, " | "); ok {
		version, text = mapping.Versions[v], rest
	}
	s, err := mapping.Parse(text, version)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

func TestReferences(t *testing.T) {
	for selection, want := range map[string]string{
		`id`:                                            "",
		`$args.id`:                                      "args.id@0",
		`a: $args.id b: $this.x.y`:                      "args.id@3 this.x.y@15",
		`$args { id org { id } }`:                       "args.id@8 args.org.id@17",
		`$batch.id->joinNotNull(',')`:                   "batch.id@9",
		`ids: $batch.id->first`:                         "batch.id@5",
		`$batch->map(@.id)`:                             "batch.id@0",
		`x: $batch->map({ k: @.id, o: @.org })`:         "batch.id@20 batch.org@29",
		`$args`:                                         "args@0",
		`$(nope ?? $config.a)`:                          "config.a@10",
		`$.a->match([$args.x, $args.y])`:                "args.x@12 args.y@21",
		`$args.x->as($v)->echo($v.z)`:                   "args.x@7",
		`$this.a?.b`:                                    "this.a.b@0",
		`$request.headers.'x-y'->first`:                 "request.headers.x-y@0",
		`$args.list->filter(@.on)->map(@.id)`:           "args.list.on@19 args.list.id@0",
		`v0.4 | { a: $args.id, ...$this.org }`:          "args.id@5 this.org@18",
		`v0.4 | ...$args.x->match([1, { y: $args.y }])`: "args.y@27 args.x@10",
		`v0.4 | [$args.a $args.b ?? $args.c]`:           "args.a@1 args.b@9 args.c@20",
		`v0.4 | $args { id, org { id } }`:               "args.id@8 args.org.id@18",
		`v0.4 | $batch->map({ k: @.id, c: $args.x })`:   "batch.id@17 args.x@26",
	} {
		s := parsed(t, selection)
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
		s := parsed(t, selection)
		if diff := cmp.Diff(want, describe(s.Output())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", selection, diff)
		}
	}
}

// TestBranches shows what a selection can make of an abstract type: each branch with the type that it names.
func TestBranches(t *testing.T) {
	for selection, want := range map[string]string{
		`id`:                        "{id:?}",
		`{ __typename: "Dog", id }`: "Dog{__typename:? id:?}",
		`id ...kind->match(["d", { __typename: "Dog", bark }], ["c", { __typename: "Cat", meow }])`:               "Dog{id:? __typename:? bark:?} | Cat{id:? __typename:? meow:?}",
		`id ...kind->match(["d", { __typename: "Dog", bark }], ["c", { __typename: "Cat" }], [@, null])`:          "Dog{id:? __typename:? bark:?} | Cat{id:? __typename:?}",
		`id ...kind->match(["d", { __typename: "Dog", bark }], [@, {}])`:                                          "Dog{id:? __typename:? bark:?} | {id:?}",
		`kind->match(["d", { __typename: "Dog" }], [@, $.raw])`:                                                   "Dog{__typename:?} | ?",
		`kind->match(["d", $ { __typename: $("Dog") id }], ["c", $ { __typename: "Cat", id }])`:                   "Dog{__typename:? id:?} | Cat{__typename:? id:?}",
		`$.pets->map({ id: @.id, ...@.kind->match(["d", { __typename: "Dog" }], ["c", { __typename: "Cat" }]) })`: "Dog{id:? __typename:?} | Cat{id:? __typename:?}",
		`__typename: kind->match(["d", "Dog"], ["c", "Cat"]), id`:                                                 "{__typename:? id:?}",
		`...a->match([1, { __typename: "A" }], [2, { __typename: "B" }]) ...b->match([1, { x }], [2, { y }])`:     "A{__typename:? x:?} | A{__typename:? y:?} | B{__typename:? x:?} | B{__typename:? y:?}",
		`[{ __typename: "A" } { __typename: "B", b }]`:                                                            "A{__typename:?} | B{__typename:? b:?}",
		`$.a { x } ?? { __typename: "B" }`:                                                                        "{x:?} | B{__typename:?}",
		`{ ...$.raw, __typename: "A" }`:                                                                           "A{__typename:? ..}",
	} {
		s := parsed(t, "v0.4 | "+selection)
		var got []string
		for _, o := range s.Output().Alternatives() {
			name, _ := o.Typename()
			got = append(got, name+describe(o))
		}
		if diff := cmp.Diff(want, strings.Join(got, " | ")); diff != "" {
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
	if o.Open {
		parts = append(parts, "..")
	}
	return "{" + strings.Join(parts, " ") + "}"
}

// TestLint shows where a null would swallow what stands beside it.
func TestLint(t *testing.T) {
	for selection, want := range map[string]int{
		`id ...org`:           1,
		`id ...org?`:          0,
		`id ...org?.a`:        1,
		`...org`:              0,
		`id ...org { name }`:  1,
		`id ...org? { name }`: 0,
		`id, ...$args`:        0,
		`id, ...$args.input`:  1,
		`id ...org ?? {}`:     0,
		`id ...{} ?? org`:     1,
		`id ...null`:          0,
		`id ...kind->match(["a", { x }], [@, {}])`:   0,
		`id ...kind->match(["a", { x }], [@, null])`: 0,
		`id ...kind->match(["a", { x }], [@, org])`:  1,
		`id ...$.list->first`:                        1,
		`a: { b: [{ id ...org }] }`:                  1,
		`$.list->map({ id, ...@.org })`:              1,
		`id $.org { name }`:                          0,
	} {
		if got := parsed(t, "v0.4 | "+selection).Lint(); len(got) != want {
			t.Errorf("%s: %v, want %d", selection, got, want)
		}
	}
}

func TestTrim(t *testing.T) {
	wanted := mapping.Wanted{"id": nil, "org": {"name": nil}}
	for selection, want := range map[string]string{
		`id x y`:                            `id`,
		`org { id name } other { id }`:      `org { name }`,
		`org: a.b { id name: n }`:           `org: a.b { name: n }`,
		`$.data { id x } $.meta { total }`:  `$.data { id } $.meta { }`,
		`$.items { x }`:                     `$.items { }`,
		`$.a`:                               `$.a`,
		`org: $.a->map({ id: @.b })`:        `org: $.a->map({ })`,
		`org: $({ name: a, id: b })->first`: `org: $({ name: a })->first`,
		`org: $.a->match([1, { name: b, id: c }], [@, null])`:            `org: $.a->match([1, { name: b }], [@, null])`,
		`org: $({ name: a, id: b })->entries`:                            `org: $({ name: a, id: b })->entries`,
		`v0.4 | org: a { name, x: 1, y: $, z }`:                          `org: a { name, x: 1 }`,
		`v0.4 | org: a { x: $, name: "n", y: 1 }`:                        `org: a { x: $, name: "n" }`,
		`org: a { x: $ y: b }`:                                           `org: a { x: $ }`,
		`v0.4 | id, x`:                                                   `id`,
		`v0.4 | { org: { id, name }, x: 1 }`:                             `org: { name }`,
		`v0.4 | id ...a->match([1, { org: { id name }, x }], [@, null])`: `id, ...a->match([1, { org: { name } }], [@, null])`,
		`v0.4 | org: a { id } ?? { name: "none", id: 1 }`:                `org: a { } ?? { name: "none" }`,
		`v0.4 | [{ id, x } { x }]`:                                       `[{ id }, { }]`,
		`v0.4 | ...a ...$.b { x }`:                                       `...a, ...$.b { }`,
		`v0.4 | org: { name: 1, id: 2 }->jsonStringify`:                  `org: { name: 1, id: 2 }->jsonStringify`,
	} {
		s := parsed(t, selection)
		if diff := cmp.Diff(want, s.Trim(wanted).String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", selection, diff)
		}
	}
}
