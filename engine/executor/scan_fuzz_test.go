package executor_test

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
)

// The scanner alone takes what encoding/json takes, if it is UTF-8 and not too deep, and nothing else. It
// neither looks behind the text, though the buffer goes on there, nor writes.
func FuzzSkip(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text), byte('"'))
		f.Add([]byte(" "+text+"\n"), byte('}'))
	}
	f.Fuzz(checkSkip)
}

func TestSkip(t *testing.T) {
	deepest, deeper := strings.Repeat("[", executor.MaxDepth), strings.Repeat(`{"a":`, executor.MaxDepth+1)
	deepest += strings.Repeat("]", executor.MaxDepth)
	deeper += "1" + strings.Repeat("}", executor.MaxDepth+1)
	for _, text := range append(texts, deepest, deeper, deepest[1:len(deepest)-1], `["`+deepest+`"]`) {
		for _, behind := range []byte{0, '"', '0', '}', ']', 'e', 0x80} {
			checkSkip(t, []byte(text), behind)
		}
		for cut := range min(len(text), 40) {
			checkSkip(t, []byte(text)[:cut], text[cut])
		}
	}
}

func checkSkip(t *testing.T, text []byte, behind byte) {
	t.Helper()
	buffer := append(bytes.Clone(text), bytes.Repeat([]byte{behind}, 16)...)
	end, ok := executor.Skip(buffer[:len(text)])
	want := utf8.Valid(text) && json.Valid(text) && nesting(text) <= executor.MaxDepth
	if ok != want {
		t.Fatalf("%q: %v, want %v", text, ok, want)
	}
	if end > len(text) {
		t.Fatalf("%q: ends at %d, behind the text", text, end)
	}
	if ok && !json.Valid(text[:end]) {
		t.Fatalf("%q: %q is taken for a value", text, text[:end])
	}
	if !bytes.Equal(buffer[:len(text)], text) {
		t.Fatalf("%q was changed to %q", text, buffer[:len(text)])
	}
}

// nesting is how deep valid JSON nests.
func nesting(text []byte) int {
	open, most := 0, 0
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		switch token, err := d.Token(); {
		case err != nil:
			return most
		case token == json.Delim('[') || token == json.Delim('{'):
			open++
			most = max(most, open)
		case token == json.Delim(']') || token == json.Delim('}'):
			open--
		}
	}
}

const leafScenario = `
-- fetch 0 --
query: { object { s i f b id e list } }
-- shape --
{ object: O { s: String, i: Int, f: Float, b: Boolean, id: ID, e: E (A B), list: [Int] } }
`

// Each kind of leaf is what encoding/json reads and the type allows, or null with an error.
func FuzzLeaves(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	for _, text := range []string{`2147483647`, `-2147483648`, `2147483648`, `7.0`, `7e0`, `0.7e1`, `-0.0`, `"A"`, `"\u0041"`, `"C"`, `[1,null,"x"]`, `1e309`, `-1e-400`} {
		f.Add([]byte(text))
	}
	p := compile(f, parse(f, txtar.Parse([]byte(leafScenario)).Files).plan)
	f.Fuzz(func(t *testing.T, text []byte) { checkLeaves(t, p, text) })
}

func checkLeaves(t *testing.T, p *executor.Program, text []byte) {
	t.Helper()
	if !json.Valid(text) || !utf8.Valid(text) || depth(text) > 400 {
		return // what FuzzScanner is for
	}
	names := []string{"s", "i", "f", "b", "id", "e", "list"}
	var answer []string
	for _, n := range names {
		answer = append(answer, `"`+n+`":`+string(text))
	}
	response, _ := p.Run(t.Context(), newCanned([]string{`{"data":{"object":{` + strings.Join(answer, ",") + `}}}`}), executor.Input{}, nil)
	var got struct {
		Data struct{ Object map[string]any }
	}
	if err := decode(response, &got); err != nil {
		t.Fatalf("%q: response is not JSON: %v: %q", text, err, response)
	}
	var value any
	if err := decode(text, &value); err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if have, want := got.Data.Object[n], leaf(n, value); !same(have, want) {
			t.Fatalf("%q as %s: %#v, want %#v", text, n, have, want)
		}
	}
}

// leaf is what the specification makes of a value: https://spec.graphql.org/draft/#sec-Scalars
func leaf(kind string, v any) any {
	switch kind {
	case "s", "e", "id":
		if n, is := v.(json.Number); is && kind == "id" && !strings.ContainsAny(n.String(), ".eE") {
			return n.String()
		}
		s, is := v.(string)
		if !is || kind == "e" && s != "A" && s != "B" {
			return nil
		}
		return s
	case "b":
		if b, is := v.(bool); is {
			return b
		}
	case "i", "f":
		n, is := v.(json.Number)
		if !is {
			return nil
		}
		x, err := strconv.ParseFloat(n.String(), 64)
		if err != nil || kind == "i" && (x != math.Trunc(x) || x < math.MinInt32 || x > math.MaxInt32) {
			return nil
		}
		return n
	case "list":
		list, is := v.([]any)
		if !is {
			return nil
		}
		out := make([]any, len(list))
		for i := range list {
			out[i] = leaf("i", list[i])
		}
		return out
	}
	return nil
}

// same compares values; numbers by what they are, however written.
func same(a, b any) bool {
	if x, is := a.(json.Number); is {
		y, is := b.(json.Number)
		left, _ := x.Float64()
		right, _ := y.Float64()
		return is && left == right
	}
	left, is := a.([]any)
	right, are := b.([]any)
	if !is || !are || len(left) != len(right) {
		return reflect.DeepEqual(a, b)
	}
	for i := range left {
		if !same(left[i], right[i]) {
			return false
		}
	}
	return true
}
