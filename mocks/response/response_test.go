package response_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/mocks/response"
)

const sdl = `
type Query { book(id: ID!): Book  shelf: [Item!]!  tags: [[String]] }
interface Item { id: ID!  title: String }
type Book implements Item { id: ID!  title: String!  pages: Int  state: State!  price: Float }
type Film implements Item { id: ID!  title: String  minutes: Int!  ok: Boolean  any: Any }
enum State { NEW OLD }
scalar Any
`

func TestJudge(t *testing.T) {
	const book = `{ book(id: 1) { id title pages state price } }`
	cases := []struct {
		name, query, body, want string
	}{
		{"right", book, `{"data":{"book":{"id":"1","title":"x","pages":3,"state":"OLD","price":1.5}}}`, ""},
		{"null where that may be", book, `{"data":{"book":null}}`, ""},
		{"an error at its null", book, `{"errors":[{"message":"no","path":["book","title"]}],"data":{"book":null}}`, ""},
		{"all is null", book, `{"errors":[{"message":"no"}],"data":null}`, ""},
		{"no JSON", book, `<html>`, `is no JSON: byte 0: invalid character '<' looking for beginning of value`},
		{"cut short", book, `{"data":`, `is no JSON: byte 8: unexpected EOF`},
		{"twice", book, `{"data":{"book":null,"book":null}}`, `is no JSON: byte 27: the key "book" is there twice`},
		{"a list", book, `[]`, `is no JSON object`},
		{"nothing", book, `{}`, `has neither data nor errors`},
		{"more", book, `{"data":{"book":null},"status":200}`, `has "status", which no answer has`},
		{"no errors", book, `{"data":{"book":null},"errors":[]}`, `errors is no list of at least one error`},
		{"no message", book, `{"data":{"book":null},"errors":[{}]}`, `errors.0: has no message`},
		{"a path to a value", `{ tags }`, `{"data":{"tags":[["x"]]},"errors":[{"message":"no","path":["tags",0,0]}]}`, `errors.0: its path ["tags",0,0] leads to no null`},
		{"a path to nothing", `{ tags }`, `{"data":{"tags":[]},"errors":[{"message":"no","path":["tags",0]}]}`, `errors.0: its path ["tags",0] leads to no null`},
		{"null where that may not be", book, `{"data":{"book":{"id":"1","title":null,"pages":null,"state":"OLD","price":null}}}`, `book.title (Book.title): is null; it is String!`},
		{"no such value", book, `{"data":{"book":{"id":"1","title":"","pages":3.5,"state":"SOLD","price":"1"}}}`, `book.pages (Book.pages): is 3.5, which is no Int
book.state (Book.state): is "SOLD", which is no State
book.price (Book.price): is "1", which is no Float`},
		{"an Int too large", `{ book(id: 1) { pages } }`, `{"data":{"book":{"pages":2147483648}}}`, `book.pages (Book.pages): is 2147483648, which is no Int`},
		{"an id that is a number", `{ book(id: 1) { id } }`, `{"data":{"book":{"id":1}}}`, `book.id (Book.id): is 1, which is no ID`},
		{"the order of keys", `{ book(id: 1) { id title } }`, `{"data":{"book":{"title":"x","id":"1"}}}`, `book (Query.book): has its keys in the order title, id; they are selected in the order id, title`},
		{"a key that lacks", `{ book(id: 1) { id title } }`, `{"data":{"book":{"id":"1"}}}`, `book (Query.book): has no "title", which is selected of Book`},
		{"a key too much", `{ book(id: 1) { id } }`, `{"data":{"book":{"id":"1","x":1}}}`, `book (Query.book): has "x", which is not selected of Book`},
		{"no list", `{ tags }`, `{"data":{"tags":["x"]}}`, `tags.0 (Query.tags): is "x", which is no [String]`},
		{"merged selections", `{ a: book(id: 1) { id } ...F } fragment F on Query { a: book(id: 1) { pages id } }`, `{"data":{"a":{"id":"1","pages":1}}}`, ""},
		{"left out", `query($no: Boolean = false) { tags @include(if: $no) book(id: 1) @skip(if: true) { id } shelf { id } }`, `{"data":{"shelf":[]}}`, ""},
		{"by its type name", `{ shelf { __typename ... on Book { pages } ... on Film { minutes } } }`, `{"data":{"shelf":[{"__typename":"Film","minutes":1},{"__typename":"Book","pages":1}]}}`, ""},
		{"by no type name", `{ shelf { title ... on Film { minutes any } } }`, `{"data":{"shelf":[{"title":null,"minutes":1,"any":{"x":[]}},{"title":"x"}]}}`, ""},
		{"by no type name, null", `{ shelf { title ... on Film { minutes } } }`, `{"data":{"shelf":[{"title":null}]}}`, `shelf.0.title (Book.title): is null; it is String!`},
		{"no such type", `{ shelf { __typename } }`, `{"data":{"shelf":[{"__typename":"Song"}]}}`, `shelf.0 (Query.shelf): is of no type that Item can be of`},
		{"no object", `{ shelf { id } }`, `{"data":{"shelf":[3]}}`, `shelf.0 (Query.shelf): is 3, which is no object of Book`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range read(t, c.query).Judge([]byte(c.body)).Faults {
				got = append(got, f.String())
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadSaysWhere(t *testing.T) {
	for text, want := range map[string]string{
		`{ book(id: 1) { isbn } }`:          "1:17: ",
		`{`:                                 "1:2: ",
		`query A { tags } query B { tags }`: "2 operations",
		`query A($id: ID!) { book(id: $id) { id } }`: "must be defined",
	} {
		if _, err := response.Read(schema(t), text, "", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func schema(t *testing.T) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "schema", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, query string) *response.Operation {
	t.Helper()
	op, err := response.Read(schema(t), query, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return op
}
