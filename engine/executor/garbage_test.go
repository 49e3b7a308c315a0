package executor_test

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/ficusgraph/ficus/engine/executor"
)

// rootGarbage is what no subgraph should answer a fetch of root fields.
var rootGarbage = map[string]string{
	"empty":            "",
	"white space":      " \n",
	"HTML":             "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
	"text":             "upstream connect error",
	"truncated":        `{"data":{"me":{"__typename":"U","id":"1"},"x":"abc`,
	"truncated list":   `{"data":{"me":{"__typename":"U","id":"1"},"list":[1,2`,
	"list":             `[{"data":{"x":1}}]`,
	"number":           `5`,
	"null":             `null`,
	"no members":       `{}`,
	"other members":    `{"message":"Forbidden"}`,
	"data is a list":   `{"data":[{"x":"1"}]}`,
	"data is a string": `{"data":"x"}`,
	"data is null":     `{"data":null}`,
	"no errors":        `{"data":null,"errors":[]}`,
	"errors is text":   `{"data":{"me":null,"x":"1"},"errors":"boom"}`,
	"errors is object": `{"data":{"me":null,"x":"1"},"errors":{"message":"boom"}}`,
	"more behind it":   `{"data":{"me":null,"x":"1"}}{"data":null}`,
	"two answers":      `{"data":{"me":null,"x":"1"}} x`,
	"invalid UTF-8":    "{\"data\":{\"me\":null,\"x\":\"\xff\xfe\"}}",
	"control":          "{\"data\":{\"me\":null,\"x\":\"\n\"}}",
	"byte order mark":  "\ufeff{\"data\":{\"me\":null,\"x\":\"1\"}}",
	"comments":         `{"data":{"me":null /* none */,"x":"1"}}`,
	"too deep":         `{"data":{"me":null,"x":"1","y":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}}`,
	"too deep to keep": `{"data":{"me":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `,"x":"1"}}`,
	"single quotes":    `{'data':{'x':'1'}}`,
}

// entityGarbage is what no subgraph should answer a fetch of two entities.
var entityGarbage = map[string]string{
	"data is null":      `{"data":null}`,
	"no entities":       `{"data":{}}`,
	"entities is null":  `{"data":{"_entities":null}}`,
	"too few":           `{"data":{"_entities":[{"a":1}]}}`,
	"too many":          `{"data":{"_entities":[{"a":1},{"a":2},{"a":3}]}}`,
	"none":              `{"data":{"_entities":[]}}`,
	"object":            `{"data":{"_entities":{"a":1}}}`,
	"string":            `{"data":{"_entities":"a"}}`,
	"strings":           `{"data":{"_entities":["a","b"]}}`,
	"lists":             `{"data":{"_entities":[[{"a":1}],[]]}}`,
	"truncated":         `{"data":{"_entities":[{"a":1},{"a":2}]`,
	"truncated earlier": `{"data":{"_entities":[{"a":1},{"a`,
	"HTML":              `<html>`,
}

const garbageScenario = `
-- fetch 0 --
query: { me { __typename id } x }
-- fetch 1 --
query: { other list { __typename id } }
-- fetch 2 --
after: 1
path: list.@
represent: T { id! }
query: query($representations: [_Any!]!) { _entities(representations: $representations) { ... on T { a } } }
-- shape --
{ me: U { id: ID }, x: String, other: Int, list: [T] { id: ID, a: Int } }
-- answer 0 --
{"data":{"me":{"__typename":"U","id":"1"},"x":"abc"}}
-- answer 1 --
{"data":{"other":1,"list":[{"__typename":"T","id":"1"},{"__typename":"T","id":"2"},{"__typename":"T","id":"1"}]}}
-- answer 2 --
{"data":{"_entities":[{"a":1},{"a":2}]}}
`

type response struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

func decodeResponse(t *testing.T, text []byte) response {
	t.Helper()
	var r response
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return r
}

func TestGarbageSparesTheRest(t *testing.T) {
	s := parse(t, txtar.Parse([]byte(garbageScenario)).Files)
	p := compile(t, s.plan)
	check := func(name string, fetch int, garbage, data string, paths int) {
		t.Run(name, func(t *testing.T) {
			answers := append([]string(nil), s.answers...)
			answers[fetch] = garbage
			f := newCanned(answers)
			text, out := p.Run(t.Context(), f, executor.Input{}, nil)
			f.leaks(t)
			r := decodeResponse(t, text)
			if string(r.Data) != data {
				t.Errorf("data is %s, want %s", r.Data, data)
			}
			if len(r.Errors) != paths || out.Errors != paths {
				t.Errorf("want %d errors, have %s", paths, text)
			}
			for _, e := range r.Errors {
				if e.Extensions["code"] != "SUBREQUEST_MALFORMED_RESPONSE" || len(e.Path) == 0 {
					t.Errorf("want malformed answers with paths, have %s", text)
				}
			}
		})
	}
	for name, garbage := range rootGarbage {
		check("root/"+name, 0, garbage, `{"me":null,"x":null,"other":1,"list":[{"id":"1","a":1},{"id":"2","a":2},{"id":"1","a":1}]}`, 2)
	}
	for name, garbage := range entityGarbage {
		check("entities/"+name, 2, garbage, `{"me":{"id":"1"},"x":"abc","other":1,"list":[{"id":"1","a":null},{"id":"2","a":null},{"id":"1","a":null}]}`, 3)
	}
}

// What looks strange and is allowed.
func TestAnswersMayBeUnusual(t *testing.T) {
	s := parse(t, txtar.Parse([]byte(garbageScenario)).Files)
	p := compile(t, s.plan)
	for name, answer := range map[string]string{
		"white space":      " {\n\t\"data\" : { \"x\" : \"abc\" , \"me\" : { \"id\" : \"1\" , \"__typename\" : \"U\" } } }\r\n",
		"other order":      `{"extensions":{"a":[{}]},"errors":null,"data":{"x":"abc","me":{"id":"1"}}}`,
		"escaped keys":     `{"d\u0061ta":{"\u0078":"abc","me":{"\u0069d":"1"}}}`,
		"more than asked":  `{"data":{"y":{"z":[1,{}]},"x":"abc","me":{"k":null,"id":"1","":0}}}`,
		"last member wins": `{"data":{"x":"old"},"data":{"x":1,"x":"abc","me":null,"me":{"id":"0","id":"1"}}}`,
		"id is a number":   `{"data":{"x":"abc","me":{"id":1}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			answers := append([]string{answer}, s.answers[1:]...)
			text, _ := p.Run(t.Context(), newCanned(answers), executor.Input{}, nil)
			r := decodeResponse(t, text)
			want := `{"me":{"id":"1"},"x":"abc","other":1,"list":[{"id":"1","a":1},{"id":"2","a":2},{"id":"1","a":1}]}`
			if string(r.Data) != want || len(r.Errors) > 0 {
				t.Errorf("have %s", text)
			}
		})
	}
}

func TestErrorsAreBounded(t *testing.T) {
	s := parse(t, txtar.Parse([]byte(garbageScenario)).Files)
	p := compile(t, s.plan)
	objects := strings.Repeat(`{"__typename":"T","id":"1"},`, 4999)
	s.answers[1] = `{"data":{"other":1,"list":[` + objects + `{"__typename":"T","id":"2"}]}}`
	s.answers[2] = `{"data":null,"errors":[` + strings.Repeat(`{"message":"a","path":["_entities",0,"a"]},`, 2999) + `{"message":"b"}]}`
	text, out := p.Run(t.Context(), newCanned(s.answers), executor.Input{}, nil)
	r := decodeResponse(t, text)
	if out.Errors != 1000 || len(r.Errors) != 1000 {
		t.Fatalf("%d and %d errors", out.Errors, len(r.Errors))
	}
	if last := r.Errors[999]; last.Extensions["code"] != "TOO_MANY_ERRORS" || !strings.Contains(last.Message, " more errors") {
		t.Errorf("the last error does not count the others: %v", last)
	}
}
