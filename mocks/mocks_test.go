package mocks_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/mocks"
)

func TestTheSameFieldOfTheSameEntityIsTheSameEverywhere(t *testing.T) {
	sg := shop(t)
	s := source(t, sg, "shop", 7)
	direct := at(t, ask(t, sg, s, "shop", `{ ticket(id: 5) { id subject body createdAt tags user { id name } } }`, ""), "ticket")
	want := at(t, direct, "subject")
	for name, got := range map[string]any{
		"alone":            at(t, ask(t, sg, s, "shop", `{ ticket(id: 5) { subject } }`, ""), "ticket", "subject"),
		"under an alias":   at(t, ask(t, sg, s, "shop", `{ x: ticket(id: "5") { y: subject } }`, ""), "x", "y"),
		"by a variable":    at(t, ask(t, sg, s, "shop", `query($i: ID!) { ticket(id: $i) { subject } }`, `{"i":5}`), "ticket", "subject"),
		"in a fragment":    at(t, ask(t, sg, s, "shop", `{ ticket(id: 5) { ... on Node { ... on Ticket { subject } } } }`, ""), "ticket", "subject"),
		"as an entity":     at(t, ask(t, sg, s, "shop", `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Ticket { subject } } }`, `{"representations":[{"__typename":"User","id":"1"},{"__typename":"Ticket","id":"5"}]}`), "_entities", 1, "subject"),
		"as another order": at(t, ask(t, sg, s, "shop", `{ user(userId: 3) { name } ticket(id: 5) { tags body subject } }`, ""), "ticket", "subject"),
		"another source":   at(t, ask(t, sg, source(t, sg, "shop", 7), "shop", `{ ticket(id: 5) { subject } }`, ""), "ticket", "subject"),
	} {
		if got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	// An object that was met by the way is the same when it is asked for.
	id := at(t, direct, "user", "id")
	if got := at(t, ask(t, sg, s, "shop", fmt.Sprintf(`{ user(userId: %q) { name } }`, id), ""), "user", "name"); got != at(t, direct, "user", "name") {
		t.Errorf("user %v is %v, was %v", id, got, at(t, direct, "user", "name"))
	}
	if got := at(t, ask(t, sg, s, "shop", `{ ticket(id: 6) { subject } }`, ""), "ticket", "subject"); got == want {
		t.Error("another ticket has the same subject")
	}
	if got := at(t, ask(t, sg, source(t, sg, "shop", 8), "shop", `{ ticket(id: 5) { subject } }`, ""), "ticket", "subject"); got == want {
		t.Error("another seed gives the same subject")
	}
}

const everything = `{ everything { email phoneNumber avatarUrl website companyName title description city country countryCode zipCode latitude price priceCents currency rating percent createdAt birthday finishedAt uuid json amount slug commit invoiceNumber color otherId active shoe ratings } ticket(id: 1) { id subject status user { id email number name firstName } } }`

func printed(t *testing.T) string {
	sg := shop(t)
	text, err := json.MarshalIndent(ask(t, sg, source(t, sg, "shop", 1), "shop", everything, ""), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

// TestValuesAreBelievableAndKept compares with values of an earlier day: those who take screenshots rely on
// them. UPDATE=1 rewrites them; that, and a newer faker, belong into the changelog.
func TestValuesAreBelievableAndKept(t *testing.T) {
	const file = "testdata/everything.json"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(printed(t)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), printed(t)); diff != "" {
		t.Error(diff)
	}
}

func TestAnotherProcessAnswersTheSame(t *testing.T) {
	if os.Getenv("MOCKS_PRINT") != "" {
		fmt.Print(printed(t))
		return
	}
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAnotherProcessAnswersTheSame$")
	self.Env = append(os.Environ(), "MOCKS_PRINT=1")
	out, err := self.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(out), printed(t)) {
		t.Errorf("another process answered %s", out)
	}
}

func TestWhatIsSaidIsRepeated(t *testing.T) {
	sg := shop(t)
	s := source(t, sg, "shop", 1)
	cases := []struct {
		name, query, variables string
		path                   []any
		want                   any
	}{
		{"an argument", `{ ticket(id: 5) { id } }`, "", []any{"ticket", "id"}, "5"},
		{"an argument that names the type", `{ user(userId: 5) { id } }`, "", []any{"user", "id"}, "5"},
		{"a filter, in each element", `{ tickets(status: SOLVED) { status } }`, "", []any{"tickets", 0, "status"}, "SOLVED"},
		{"keys that are asked for", `query($i: [ID!]!) { users(ids: $i) { id } }`, `{"i":["3","9"]}`, []any{"users"}, []any{map[string]any{"id": "3"}, map[string]any{"id": "9"}}},
		{"no more than asked for", `{ tickets(first: 1) { status } }`, "", []any{"tickets", 1}, nil},
		{"none", `{ tickets(first: 0) { id } }`, "", []any{"tickets"}, []any{}},
		{"a page's own arguments", `{ ticketPage(page: 4) { page } }`, "", []any{"ticketPage", "page"}, 4.0},
		{"a filter, through a page", `{ ticketPage(status: SOLVED) { items { status } } }`, "", []any{"ticketPage", "items", 0, "status"}, "SOLVED"},
		{"an input field", `mutation { openTicket(input: {subject: "x", userId: 3}) { ticket { subject } } }`, "", []any{"openTicket", "ticket", "subject"}, "x"},
		{"an input field by variable", `mutation($in: OpenTicket!) { openTicket(input: $in) { ticket { subject } } }`, `{"in":{"subject":"y","userId":"3"}}`, []any{"openTicket", "ticket", "subject"}, "y"},
		{"an input field that names an entity", `mutation { openTicket(input: {subject: "x", userId: 3}) { ticket { user { id } } } }`, "", []any{"openTicket", "ticket", "user", "id"}, "3"},
		{"a nested input", `mutation { openTicket(input: {subject: "x", userId: 3, address: {city: "Ulm"}}) { ticket { address { city } } } }`, "", []any{"openTicket", "ticket", "address", "city"}, "Ulm"},
		{"@requires", `query { _entities { ... on Product { upc weight } } }`, `{"representations":[{"__typename":"Product","upc":"1","weight":12}]}`, []any{"_entities", 0, "weight"}, 12.0},
		{"null in a representation", `query { _entities { ... on Product { weight } } }`, `{"representations":[{"__typename":"Product","upc":"1","weight":null}]}`, []any{"_entities", 0, "weight"}, nil},
		{"what does not fit is not", `query { _entities { ... on Product { weight } } }`, `{"representations":[{"__typename":"Product","upc":"1","weight":"heavy"}]}`, []any{"_entities", 0, "upc"}, nil},
		{"a type that is not there", `query { _entities { ... on Product { weight } } }`, `{"representations":[{"__typename":"Nothing"},{}, 3]}`, []any{"_entities"}, []any{nil, nil, nil}},
		{"a composite key", `{ variant(sku: "s", size: 42) { sku size } }`, "", []any{"variant"}, map[string]any{"sku": "s", "size": 42.0}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data := ask(t, sg, s, "shop", c.query, c.variables)
			if last, ok := c.path[len(c.path)-1].(int); ok && c.want == nil {
				if l, _ := at(t, data, c.path[:len(c.path)-1]...).([]any); len(l) > last {
					t.Errorf("%d elements", len(l))
				}
			} else if diff := cmp.Diff(c.want, at(t, data, c.path...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryKeyLeadsToTheSameEntity(t *testing.T) {
	sg := shop(t)
	s := source(t, sg, "shop", 1)
	entity := func(representation string) any {
		return at(t, ask(t, sg, s, "shop", `query { _entities { ... on User { id email number name } ... on Product { upc sku price } ... on Variant { sku size title product { upc } } } }`, `{"representations":[`+representation+`]}`), "_entities", 0)
	}
	text := func(v any) string {
		out, _ := json.Marshal(v)
		return string(out)
	}
	for _, start := range []string{
		`{"__typename":"User","id":"7"}`, `{"__typename":"User","id":"abc"}`, `{"__typename":"User","email":"ann@acme.test"}`, `{"__typename":"User","number":12}`,
		`{"__typename":"Product","upc":"u1"}`, `{"__typename":"Product","sku":"s1"}`,
	} {
		first := entity(start)
		for _, key := range []string{"id", "email", "upc", "sku"} {
			if v := at(t, first, key); v != nil {
				typ := map[bool]string{true: "User", false: "Product"}[strings.Contains(start, "User")]
				if diff := cmp.Diff(first, entity(`{"__typename":"`+typ+`","`+key+`":`+text(v)+`}`)); diff != "" {
					t.Errorf("%s, then by %s: %s", start, key, diff)
				}
			}
		}
	}
	byProduct := `{"__typename":"Variant","product":{"upc":"1"},"size":3}`
	if v := entity(byProduct); at(t, v, "product", "upc") != "1" || at(t, v, "size") != 3.0 {
		t.Errorf("%s is %v", byProduct, v)
	}
}

func TestAbstractTypesHaveARuntimeTypeOfTheSubgraph(t *testing.T) {
	sg := shop(t)
	s := source(t, sg, "shop", 1)
	seen := map[any]bool{}
	for i := range 30 {
		data := ask(t, sg, s, "shop", fmt.Sprintf(`{ node(id: %d) { __typename id ... on User { name } ... on Ticket { subject } } search(text: "%d") { __typename } media { __typename id title ... on Book { pages } ... on Film { minutes } } }`, i, i), "")
		node := at(t, data, "node")
		seen[at(t, node, "__typename")] = true
		if at(t, node, "id") != fmt.Sprint(i) || (at(t, node, "name") == nil) == (at(t, node, "subject") == nil) {
			t.Errorf("node %d is %v", i, node)
		}
		for j := range at(t, data, "search").([]any) {
			if name := at(t, data, "search", j, "__typename"); name != "Ticket" && name != "Product" {
				t.Errorf("clients must not see a %v", name)
			}
		}
		for j := range at(t, data, "media").([]any) {
			if m := at(t, data, "media", j); (at(t, m, "__typename") == "Book") != (at(t, m, "pages") != nil) {
				t.Errorf("%v", m)
			}
		}
	}
	if len(seen) != 2 {
		t.Errorf("all nodes are %v", seen)
	}
	// An interface that is an object here.
	got := ask(t, sg, source(t, sg, "stock", 1), "stock", `query { _entities { ... on Media { __typename id copies } } }`, `{"representations":[{"__typename":"Media","id":"4"}]}`)
	if m := at(t, got, "_entities", 0); at(t, m, "__typename") != "Media" || at(t, m, "id") != "4" || at(t, m, "copies") == nil {
		t.Errorf("%v", m)
	}
}

func TestElementsOfAListAreDistinct(t *testing.T) {
	sg := shop(t)
	for seed := range int64(50) {
		list := at(t, ask(t, sg, source(t, sg, "shop", seed), "shop", `{ tickets { id } }`, ""), "tickets").([]any)
		ids := map[any]bool{}
		for _, e := range list {
			ids[at(t, e, "id")] = true
		}
		if len(ids) != len(list) || len(list) < 6 || len(list) > 20 {
			t.Errorf("seed %d: %v", seed, list)
		}
	}
}

func TestAShorterListIsTheBeginningOfALongerOne(t *testing.T) {
	sg := shop(t)
	for seed := range int64(20) {
		s := source(t, sg, "shop", seed)
		long := at(t, ask(t, sg, s, "shop", `{ tickets(first: 3) { id subject } }`, ""), "tickets", 0)
		short := at(t, ask(t, sg, s, "shop", `{ tickets(first: 1) { id subject } }`, ""), "tickets", 0)
		if diff := cmp.Diff(long, short); diff != "" {
			t.Errorf("seed %d: %s", seed, diff)
		}
	}
}

func TestTimesOfAnObjectAreInOrder(t *testing.T) {
	sg := shop(t)
	s := source(t, sg, "shop", 1)
	for i := range 50 {
		ticket := at(t, ask(t, sg, s, "shop", fmt.Sprintf(`{ ticket(id: %d) { createdAt updatedAt } }`, i), ""), "ticket")
		if fmt.Sprint(at(t, ticket, "createdAt")) > fmt.Sprint(at(t, ticket, "updatedAt")) {
			t.Error(ticket)
		}
	}
}

func TestPercentilesOfAnObjectRise(t *testing.T) {
	sg := read(t, `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
type Query @join__type(graph: A) { speed(of: Int): Speed }
type Speed @join__type(graph: A) { p50: Float! p95: Float! p99: Int! }`)
	s := source(t, sg, "a", 1)
	for i := range 50 {
		speed := at(t, ask(t, sg, s, "a", fmt.Sprintf(`{ speed(of: %d) { p50 p95 p99 } }`, i), ""), "speed")
		p50, p95, p99 := at(t, speed, "p50").(float64), at(t, speed, "p95").(float64), at(t, speed, "p99").(float64)
		if p50 <= 0 || p50 >= p95 || p95 >= p99 {
			t.Error(speed)
		}
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	sg := shop(t)
	query := strings.Repeat(`tickets { user { `, 15) + `id` + strings.Repeat(` } }`, 15)
	_, err := source(t, sg, "shop", 1).Fetch(t.Context(), &executor.Request{Fetch: fetchOf(t, sg, "shop", `{ user(userId: 1) { `+query+` } }`)})
	var fault *executor.Error
	if !errors.As(err, &fault) || fault.Code != mocks.CodeTooLarge {
		t.Errorf("%v", err)
	}
}

func TestVariablesThatAreNoJSON(t *testing.T) {
	sg := shop(t)
	_, err := source(t, sg, "shop", 1).Fetch(t.Context(), &executor.Request{Fetch: fetchOf(t, sg, "shop", `{ ticket(id: 1) { id } }`), Variables: []byte(`{`)})
	var fault *executor.Error
	if !errors.As(err, &fault) || fault.Code != mocks.CodeInternal || fault.Message != "internal error" {
		t.Errorf("%v", err)
	}
	if _, err := mocks.New(sg, "nobody", 1); err == nil {
		t.Error("a source for a subgraph that is not there")
	}
}
