package executor_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
)

const anyScenario = `
-- fetch 0 --
query: { any object { any } }
-- shape --
{ any: JSON, object: O { any: JSON } }
`

// texts are JSON, or nearly.
var texts = []string{
	`1`, `0`, `-0`, `01`, `-`, `1.`, `.1`, `1.5`, `1e5`, `1E+5`, `1e-05`, `1e`, `+1`, `1e400`, `123456789012345678901234567890`, `0x1`, `1 2`,
	`true`, `tru`, `truex`, `false`, `null`, `nul`, `None`, `NaN`, `Infinity`,
	`""`, `"a"`, `"`, `"a`, `"\"`, `"\\"`, `"\n\t\r\b\f\/\""`, `"\x"`, `"\u00e9"`, `"\u00E"`, `"\uD800"`, `"\ud83d\ude00"`,
	"\"\n\"", "\"\x00\"", "\"\x7f\"", "\"\xff\"", "\"\xc3\x28\"", "\"\xed\xa0\x80\"", "\"\xf0\x9f\x98\x80\"", "\"\xf4\x90\x80\x80\"", "\"long enough for eight\xe2\x82\"",
	`"12345678"`, `"1234567`, `"1234567\"`, `"12345678 é and then some more"`, `"日本語のテキスト"`,
	`[]`, `[ ]`, `[1]`, `[1,]`, `[,1]`, `[1 2]`, `[1,2`, `[1}`, `]`, `[[],[[]]]`, `[{}]`, `[{},]`,
	`{}`, `{ }`, `{"a":1}`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1 "b":2}`, `{"a":1]`, `{"a":{"b":[]}}`, `{"a":1,"a":2}`, `{"a" : 1 , "b" : [ 1 , 2 ] }`,
	" \t\r\n1", "\v1", "\ufeff1", "1\x00", `{"\u0061":1}`,
	strings.Repeat("[", 400) + strings.Repeat("]", 400),
	strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300),
	strings.Repeat("[", 100000), strings.Repeat(`{"a":`, 100000), strings.Repeat("[{\"a\":", 300),
}

func TestScannerAcceptsWhatIsJSON(t *testing.T) {
	p := anyProgram(t)
	for _, text := range texts {
		checkAnswer(t, p, []byte(`{"data":{"any":`+text+`,"object":{"any":`+text+`}}}`))
		checkAnswer(t, p, []byte(`{"data":{"any":1,"object":`+text+`}}`))
		checkAnswer(t, p, []byte(`{"data":`+text+`}`))
		checkAnswer(t, p, []byte(text))
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(`{"data":{"any":` + text + `}}`))
		f.Add([]byte(`{"data":{"any":1,"\u0061ny":` + text + `,"object":{"any":2},"object":{"any":` + text + `}}}`))
		f.Add([]byte(`{"data":{"any":` + text + `},"d\u0061ta":{"any":3,"object":` + text + `}}`))
		f.Add([]byte(`{"other":` + text + `,"data":{"x":` + text + `,"object":{"any":[` + text + `]}}}`))
	}
	p := anyProgram(f)
	f.Fuzz(func(t *testing.T, answer []byte) { checkAnswer(t, p, answer) })
}

func anyProgram(t testing.TB) *executor.Program {
	t.Helper()
	return compile(t, parse(t, txtar.Parse([]byte(anyScenario)).Files).plan)
}

// checkAnswer compares what the executor reads from an answer with what encoding/json does.
func checkAnswer(t *testing.T, p *executor.Program, answer []byte) {
	t.Helper()
	if depth(answer) >= 500 {
		answer = append(answer, '!') // deeper than is allowed: malformed for both
	}
	response, out := p.Run(t.Context(), newCanned([]string{string(answer)}), executor.Input{}, nil)
	var got struct {
		Data   map[string]any
		Errors []struct {
			Extensions struct{ Code string }
		}
	}
	if err := decode(response, &got); err != nil {
		t.Fatalf("%q: response is not JSON: %v: %q", answer, err, response)
	}
	want, ok := reference(answer)
	if ok && want == nil {
		return // errors of the subgraph
	}
	if !ok {
		if out.Errors == 0 || got.Errors[0].Extensions.Code != "SUBREQUEST_MALFORMED_RESPONSE" {
			t.Fatalf("%q: want a malformed answer, have %s", answer, response)
		}
		return
	}
	if !reflect.DeepEqual(got.Data, want) {
		t.Fatalf("%q: want %v, have %s", answer, want, response)
	}
}

// reference is the data that an answer stands for, false if there is none.
func reference(answer []byte) (map[string]any, bool) {
	var top map[string]json.RawMessage
	if !utf8.Valid(answer) || json.Unmarshal(answer, &top) != nil {
		return nil, false
	}
	if e := bytes.TrimSpace(top["errors"]); len(e) > 0 && string(e) != "null" {
		return nil, len(e) > 1 && e[0] == '['
	}
	var data, object map[string]any
	if decode(top["data"], &data) != nil || data == nil {
		return nil, false
	}
	want := map[string]any{"any": data["any"], "object": nil}
	if v, is := data["object"].(map[string]any); is {
		object = v
		want["object"] = map[string]any{"any": object["any"]}
	}
	return want, true
}

// decode is json.Unmarshal for numbers that no float can hold.
func decode(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(to)
}

func depth(text []byte) int {
	open, most := 0, 0
	for _, c := range text {
		switch c {
		case '[', '{':
			open++
			most = max(most, open)
		case ']', '}':
			open--
		}
	}
	return most
}
