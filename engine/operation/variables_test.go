package operation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/operation"
)

func TestCoerce(t *testing.T) {
	const (
		count  = "query($n: Int!) { count(n: $n) }"
		pet    = "query($id: Int = 7, $f: Filter, $tags: [String!]) { pet(id: $id, filter: $f, tags: $tags) { id } }"
		node   = "query($id: ID!) { node(id: $id) { id } }"
		grid   = "query($c: [[Int]]) { grid(cells: $c) }"
		json   = "query($v: JSON, $by: By, $size: Size, $at: Float, $yes: Boolean) { json(value: $v, by: $by, size: $size, at: $at, yes: $yes) }"
		preset = "query($f: Filter = {name: \"x\", id: 4}, $v: JSON = {a: [1, B, \"c\"]}) { pet(filter: $f) { id } json(value: $v) }"
	)
	for _, c := range []struct{ text, variables, want string }{
		{count, `{"n":1}`, `n=1`},
		{count, ` { "other" : [{}, null, "\u00e9"] , "n" : -2147483648 } `, `n=-2147483648`},
		{count, `{"n":1.0}`, `n=1`},
		{count, `{"n":1e2}`, `n=100`},
		{count, `{"n":-0}`, `n=0`},
		{count, `{"n":"x","n":2}`, `n=2`},
		{count, `{"\u006e":3}`, `n=3`},
		{count, `{"n":2147483648}`, `Variable "$n" got invalid value 2147483648; Int cannot represent non 32-bit signed integer value: 2147483648`},
		{count, `{"n":1.5}`, `Variable "$n" got invalid value 1.5; Int cannot represent non-integer value: 1.5`},
		{count, `{"n":"1"}`, `Variable "$n" got invalid value "1"; Int cannot represent non-integer value: "1"`},
		{count, `{"n":null}`, `Variable "$n" got invalid value null; Expected non-nullable type "Int!" not to be null.`},
		{count, `{}`, `Variable "$n" of required type "Int!" was not provided.`},
		{count, ``, `Variable "$n" of required type "Int!" was not provided.`},
		{count, `null`, `Variable "$n" of required type "Int!" was not provided.`},
		{pet, ``, `id=7`},
		{pet, `{"id":null}`, `id=null`},
		{pet, `{"f":{"name":"x"}}`, `id=7 f={"name":"x","limit":10,"sizes":["SMALL"]}`},
		{pet, `{"f":{"sizes":[], "limit":1, "name":"x"}}`, `id=7 f={"sizes":[], "limit":1, "name":"x"}`},
		{pet, `{"f":{"sizes":"LARGE", "limit":1, "name":"x"}}`, `id=7 f={"name":"x","limit":1,"sizes":["LARGE"]}`},
		{pet, `{"f":{"name":1,"limit":1,"sizes":null,"name":"y"}}`, `id=7 f={"name":"y","limit":1,"sizes":null}`},
		{pet, `{"f":{"name":"x","limit":1,"sizes":[],"and":[{"name":"y","limit":2,"sizes":[],"id":5}]}}`, `id=7 f={"name":"x","limit":1,"sizes":[],"and":[{"name":"y","limit":2,"sizes":[],"id":"5"}]}`},
		{pet, `{"f":{"name":"x","nme":1}}`, `Variable "$f" got invalid value 1; Field "nme" is not defined by type "Filter".`},
		{pet, `{"f":{"limit":1}}`, `Variable "$f" got invalid value {"limit":1}; Field "name" of required type "String!" was not provided.`},
		{pet, `{"f":{"name":"x","and":[{"name":null}]}}`, `Variable "$f" got invalid value null at "f.and[0].name"; Expected non-nullable type "String!" not to be null.`},
		{pet, `{"f":{"name":"x","sizes":["SMALL","BIG"]}}`, `Variable "$f" got invalid value "BIG" at "f.sizes[1]"; Value "BIG" does not exist in "Size" enum.`},
		{pet, `{"f":[]}`, `Variable "$f" got invalid value []; Expected type "Filter" to be an object.`},
		{pet, `{"tags":"a"}`, `id=7 tags=["a"]`},
		{pet, `{"tags":["a",null]}`, `Variable "$tags" got invalid value null at "tags[1]"; Expected non-nullable type "String!" not to be null.`},
		{node, `{"id":4}`, `id="4"`},
		{node, `{"id":12345678901234567890123}`, `id="12345678901234567890123"`},
		{node, `{"id":1.5}`, `Variable "$id" got invalid value 1.5; ID cannot represent value: 1.5`},
		{node, `{"id":true}`, `Variable "$id" got invalid value true; ID cannot represent value: true`},
		{grid, `{"c":1}`, `c=[[1]]`},
		{grid, `{"c":[1, [2,3], null, [4.0]]}`, `c=[[1],[2,3],null,[4]]`},
		{grid, `{"c":[[1,2],[3]]}`, `c=[[1,2],[3]]`},
		{json, `{"v":{"a":[1,{"b":null}]},"at":1,"yes":false,"size":"\u0053MALL"}`, `v={"a":[1,{"b":null}]} size="\u0053MALL" at=1 yes=false`},
		{json, `{"by":{"id":1}}`, `by={"id":"1"}`},
		{json, `{"by":{}}`, `Variable "$by" got invalid value {}; Exactly one key must be specified for OneOf type "By".`},
		{json, `{"by":{"id":1,"name":"x"}}`, `Variable "$by" got invalid value {"id":1,"name":"x"}; Exactly one key must be specified for OneOf type "By".`},
		{json, `{"by":{"id":null}}`, `Variable "$by" got invalid value null at "by.id"; Field "id" must be non-null.`},
		{json, `{"at":1e999}`, `Variable "$at" got invalid value 1e999; Float cannot represent non numeric value: 1e999`},
		{json, `{"at":"1","yes":"true","size":1}`, "Variable \"$size\" got invalid value 1; Enum \"Size\" cannot represent non-string value: 1.\nVariable \"$at\" got invalid value \"1\"; Float cannot represent non numeric value: \"1\"\nVariable \"$yes\" got invalid value \"true\"; Boolean cannot represent a non boolean value: \"true\""},
		{preset, ``, `f={"name":"x","limit":10,"sizes":["SMALL"],"id":"4"} v={"a":[1,"B","c"]}`},
		{count, `{"n":1`, `The variables are not a JSON object: expected , at byte 6.`},
		{count, `{"n":1,}`, `The variables are not a JSON object: expected a name in double quotes at byte 7.`},
		{count, `{"n":1} x`, `The variables are not a JSON object: there is more after its end at byte 8.`},
		{count, `[1]`, `The variables are not a JSON object: expected { at byte 0.`},
		{count, `{"n":01}`, `The variables are not a JSON object: expected , at byte 6.`},
		{count, "{\"x\":\"\xff\"}", `The variables are not a JSON object: it is not valid UTF-8 at byte 6.`},
		{count, "{\"x\":\"\n\"}", `The variables are not a JSON object: a control character in a string must be escaped at byte 6.`},
		{count, `{"x":"\x"}`, `The variables are not a JSON object: unknown escape sequence at byte 6.`},
		{count, `{"x":tru}`, `The variables are not a JSON object: expected a value at byte 5.`},
		{count, `{"x":` + strings.Repeat("[", 100_000) + `}`, `The variables are not a JSON object: it nests too deep at byte 505.`},
	} {
		values, err := prepare(t, c.text).Coerce([]byte(c.variables))
		got := show(values)
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s\n-want +got\n%s", c.variables, diff)
		}
	}
}

func show(values operation.Values) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprintf("%s=%s", v.Name, v.JSON)
	}
	return strings.Join(parts, " ")
}

func TestUnchangedValuesArePartOfTheInput(t *testing.T) {
	input := []byte(`{"f":{"name":"x","limit":1,"sizes":["SMALL"]},"tags":["a","b"]}`)
	values, err := prepare(t, "query($f: Filter, $tags: [String!]) { pet(filter: $f, tags: $tags) { id } }").Coerce(input)
	if err != nil {
		t.Fatal(err)
	}
	input[len(`{"f":{"name":"`)], input[len(input)-4] = 'y', 'c'
	if diff := cmp.Diff(`f={"name":"y","limit":1,"sizes":["SMALL"]} tags=["a","c"]`, show(values)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestErrorsOfVariablesNameThem(t *testing.T) {
	_, err := prepare(t, "query($n: Int!) { count(n: $n) }").Coerce(nil)
	var list operation.Errors
	if !errors.As(err, &list) || list[0].Code != operation.CodeVariable || list[0].Extensions["name"] != "n" {
		t.Errorf("got %#v", err)
	}
}

func TestManyErrorsAreCutShort(t *testing.T) {
	text := "query($t: [String!]) { pet(tags: $t) { id } }"
	_, err := prepare(t, text).Coerce([]byte(`{"t":[` + strings.Repeat("1,", 100_000) + `1]}`))
	if lines := strings.Count(err.Error(), "\n") + 1; lines != 21 {
		t.Errorf("%d errors, want 20 and a last one", lines)
	}
}

func TestMask(t *testing.T) {
	p := prepare(t, "query($a: Boolean = true, $b: Boolean!) { dog { id @skip(if: $b) ...F } } fragment F on Dog { name @include(if: $a) barks @skip(if: $b) }")
	if diff := cmp.Diff([]string{"b", "a"}, p.Conditions()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for variables, want := range map[string]uint64{`{"b":true}`: 3, `{"b":false}`: 2, `{"b":true,"a":false}`: 1} {
		values, err := p.Coerce([]byte(variables))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Mask(values); got != want || err != nil {
			t.Errorf("%s: %b, %v, want %b", variables, got, err, want)
		}
	}
	values, _ := p.Coerce([]byte(`{"b":true,"a":null}`))
	if _, err := p.Mask(values); err == nil {
		t.Error("null decided a condition")
	}
}

func BenchmarkCoerceOneInt(b *testing.B) {
	p := prepare(b, "query($n: Int!) { count(n: $n) }")
	input := []byte(`{"n":12345}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Coerce(input); err != nil {
			b.Fatal(err)
		}
	}
}
