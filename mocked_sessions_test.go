package main_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/collector"
	"github.com/ficusgraph/ficus/internal/free"
	"github.com/ficusgraph/ficus/mocks"
)

// catalogSchema is a service's contract, of which price and what changes it are not built.
const catalogSchema = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  @link(url: "https://ficus.dev/spec/v0.1", import: ["@mock"])
type Query { product(id: ID!): Product products: [Product!]! @mock }
type Mutation { setPrice(productId: ID!, price: Float!): Product @mock addProduct(name: String!): Product @mock }
type Product @key(fields: "id") { id: ID! name: String! price: Float @mock }
`

// catalog serves what is built of the contract.
func catalog(t *testing.T) string {
	return serving(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "max-age=60")
		if strings.Contains(string(body), "_entities") {
			_, _ = io.WriteString(w, `{"data":{"_entities":[{"__typename":"Product","id":"5","name":"Lamp"}]}}`)
			return
		}
		_, _ = io.WriteString(w, `{"data":{"product":{"__typename":"Product","id":"5","name":"Lamp"}}}`)
	}).URL
}

// serveCatalog starts the gateway over the catalog, with more configuration, and gives its addresses. It is one for
// production, unless requests may choose.
func serveCatalog(t *testing.T, inMocks, more string) (address, admin string) {
	t.Helper()
	return serveContract(t, catalogSchema, inMocks, more)
}

// serveContract does so with another contract of the catalog's.
func serveContract(t *testing.T, schema, inMocks, more string) (address, admin string) {
	t.Helper()
	dir := t.TempDir()
	address, admin = free.Address(t), free.Address(t)
	writeIn(t, dir, "catalog.graphql", schema)
	environment := "production"
	if strings.Contains(inMocks, "per_request") {
		environment = "dev"
	}
	writeIn(t, dir, "ficus.yaml", fmt.Sprintf("environment: %s\nsupergraph: { listen: %s }\nadmin: { listen: %s }\n"+
		"subgraphs: { catalog: { routing_url: %s, schema: { file: catalog.graphql } } }\n"+
		"mocks: { acknowledged: [Product.price, Query.products, Mutation.setPrice, Mutation.addProduct]%s }\n%s", environment, address, admin, catalog(t), inMocks, more))
	startIn(t, dir, "serve").line("serving")
	return address, admin
}

// TestASessionSeesWhatItChanged also of entities that a service owns, and no other session does.
func TestASessionSeesWhatItChanged(t *testing.T) {
	address, _ := serveCatalog(t, ", per_request: true, report: true", "")
	query := `{ product(id: 5) { name price } }`
	ask := func(query string, headers ...string) reply { return askMocked(t, address, query, headers...) }
	before := ask(query).body
	mine := []string{"Ficus-Mock-Session", "mine"}
	got := ask(`mutation { setPrice(productId: 5, price: 12.5) { id name price } }`, mine...)
	want := `"changes":[{"field":"Mutation.setPrice","effect":"update","type":"Product","key":{"id":"5"},"guessed":true,"kept":true}],"session":"mine"`
	if !strings.Contains(got.body, `{"id":"5","name":"Lamp","price":12.5}`) || !strings.Contains(got.body, want) {
		t.Error(got.body)
	}
	if got := ask(query, mine...).body; !strings.Contains(got, `{"name":"Lamp","price":12.5}`) {
		t.Errorf("the session does not see its change: %s", got)
	}
	if got := ask(query, "Cookie", "Ficus-Mock-Session=mine").body; !strings.Contains(got, `"price":12.5`) {
		t.Errorf("by cookie: %s", got)
	}
	if got := ask(query).body; got != before {
		t.Errorf("others see the change: %s", got)
	}
	if got := ask(`{ __typename }`, "Ficus-Mock", "reset", "Ficus-Mock-Session", "mine"); got.status != 200 {
		t.Error(got)
	}
	if got := ask(query, mine...).body; got != before {
		t.Errorf("after the reset: %s", got)
	}
}

// TestAClientThatChangesSomethingIsGivenASession as a cookie, which it sends back.
func TestAClientThatChangesSomethingIsGivenASession(t *testing.T) {
	address, _ := serveCatalog(t, ", per_request: true", "")
	if got := askMocked(t, address, `{ products { id } }`); got.header.Get("Set-Cookie") != "" {
		t.Error("a query begins a session")
	}
	got := askMocked(t, address, `mutation { addProduct(name: "Chair") { id } }`)
	cookie, _, _ := strings.Cut(got.header.Get("Set-Cookie"), ";")
	if !strings.HasPrefix(cookie, "Ficus-Mock-Session=") || !strings.HasSuffix(got.header.Get("Set-Cookie"), "; Path=/; HttpOnly; SameSite=Lax") {
		t.Fatalf("Set-Cookie: %s", got.header.Get("Set-Cookie"))
	}
	if got := askMocked(t, address, `{ products { id name } }`, "Cookie", cookie); !strings.Contains(got.body, `[{"id":"10001","name":"Chair"}`) || got.header.Get("Set-Cookie") != "" {
		t.Error(got.body, got.header)
	}
}

func TestOddSessionsAreRefused(t *testing.T) {
	address, _ := serveCatalog(t, ", per_request: true", "")
	for _, test := range []struct{ header, value, want string }{
		{"Ficus-Mock-Session", "a b", `Ficus-Mock-Session: character 2: ' ' cannot be in the name of a session, which is of letters, digits and ._~-`},
		{"Ficus-Mock-Session", strings.Repeat("x", 129), `Ficus-Mock-Session: character 129: the name of a session has up to 128 characters`},
		{"Cookie", "Ficus-Mock-Session=a/b", `cookie Ficus-Mock-Session: character 2: '/' cannot be`},
	} {
		got := askMocked(t, address, `{ products { id } }`, test.header, test.value)
		if got.status != 400 || !strings.Contains(got.body, test.want) || !strings.Contains(got.body, "MOCK_SESSION_INVALID") {
			t.Errorf("%s: %d %s", test.value, got.status, got.body)
		}
	}
}

// TestMadeUpAnswersAreKeptByNoCache, and those of services are as they were.
func TestMadeUpAnswersAreKeptByNoCache(t *testing.T) {
	address, _ := serveCatalog(t, "", "")
	if got := askMocked(t, address, `{ product(id: 5) { price } }`); got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %s", got.header, got.body)
	}
	if got := askMocked(t, address, `{ product(id: 5) { name } }`); got.header.Get("Cache-Control") != "" {
		t.Errorf("%v %s", got.header, got.body)
	}
}

// TestMadeUpAnswersAreNotShared between requests that are under way at one time, though they are equal to the gateway:
// each takes its time.
func TestMadeUpAnswersAreNotShared(t *testing.T) {
	address, _ := serveCatalog(t, ", per_request: true", "traffic_shaping: { router: { dedupe: { enabled: true } } }\n")
	askMocked(t, address, `mutation { setPrice(productId: 5, price: 1) { price } }`, "Ficus-Mock-Session", "one")
	askMocked(t, address, `mutation { setPrice(productId: 5, price: 2) { price } }`, "Ficus-Mock-Session", "two")
	var all sync.WaitGroup
	for _, test := range []struct{ session, want string }{{"one", `"price":1}`}, {"two", `"price":2}`}, {"one", `"price":1}`}, {"two", `"price":2}`}} {
		all.Go(func() {
			got := askMocked(t, address, `{ product(id: 5) { price } }`, "Ficus-Mock-Session", test.session, "Ficus-Mock", "latency=100ms")
			if !strings.Contains(got.body, test.want) || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v %s", test.session, got.header, got.body)
			}
		})
	}
	all.Wait()
}

// TestWhatIsMadeUpDoesNotCountForItsOwner in metrics, and is marked in traces.
func TestWhatIsMadeUpDoesNotCountForItsOwner(t *testing.T) {
	c := collector.New(t)
	address, admin := serveCatalog(t, "", tracing(c, "sampler: always_on", ""))
	askMocked(t, address, `{ product(id: 5) { name price } }`)
	metrics := send(t, http.MethodGet, "http://"+admin+"/metrics", nil, nil).body
	for _, want := range []string{`ficus_fetches_total{code="",outcome="ok",subgraph="catalog"} 1`, `ficus_fetches_total{code="",outcome="ok",subgraph="catalog_mock"} 1`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s", want)
		}
	}
	spans := c.Wait(4)
	if v := named(t, spans, "fetch catalog_mock").Attributes()["ficus.mocked"]; v != "true" {
		t.Errorf("the fetch that is made up is marked %v", v)
	}
	if v, marked := named(t, spans, "fetch catalog").Attributes()["ficus.mocked"]; marked {
		t.Errorf("the fetch of a service is marked %v", v)
	}
}

func TestAWholeSubgraphThatIsMadeUpCountsAsMocked(t *testing.T) {
	dir, address, admin := mockFolder(t), free.Address(t), free.Address(t)
	writeIn(t, dir, "ficus.yaml", "supergraph: { listen: "+address+" }\nadmin: { listen: "+admin+" }\nenvironment: staging\nsubgraphs: { shop: { mock: always, schema: { file: shop.graphql } } }\n")
	startIn(t, dir, "serve").line("serving")
	askMocked(t, address, `{ cart { note } }`)
	metrics := send(t, http.MethodGet, "http://"+admin+"/metrics", nil, nil).body
	if !strings.Contains(metrics, `subgraph="shop_mock"`) || strings.Contains(metrics, `subgraph="shop"`) {
		t.Error("a made up fetch counts for shop")
	}
}

const grantSecret = "words that only this test signs its grants with"

// TestGrantsLetRequestsChooseWhereTheyMayNot: what is granted, by whom it is signed, and how long.
func TestGrantsLetRequestsChooseWhereTheyMayNot(t *testing.T) {
	address, _ := serveCatalog(t, fmt.Sprintf(", grants: { secret: %q }", grantSecret), "")
	now := time.Now()
	token := func(secret string, g mocks.Grant, at time.Time) string {
		g.Subject, g.Expires = "ada", at.Add(time.Hour)
		text, err := mocks.GrantConfig{Secret: secret}.Sign(g, at)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	narrow := token(grantSecret, mocks.Grant{Coordinates: []string{"Product.price"}, Scenarios: []string{"longest"}}, now)
	all := token(grantSecret, mocks.Grant{All: true}, now)
	for _, test := range []struct {
		name    string
		headers []string
		status  int
		want    string
	}{
		{"what is granted", []string{"Ficus-Mock", "null=Product.price; scenario=longest; latency=1ms", "Ficus-Mock-Grant", narrow}, 200, `"price":null`},
		{"all is", []string{"Ficus-Mock", "error=Product.price:TIMEOUT", "Ficus-Mock-Grant", all}, 200, `"code":"TIMEOUT"`},
		{"answers say so", []string{"Ficus-Mock", "null=Product.price", "Ficus-Mock-Grant", all}, 200, `"mocked":["product.price"]`},
		{"nothing is asked for", nil, 200, `"data"`},
		{"a cookie without a grant does nothing", []string{"Cookie", "Ficus-Mock=null%3DProduct.price"}, 200, `"price":83.99`},
		{"no grant", []string{"Ficus-Mock", "null=Product.price"}, 403, "MOCK_GRANT_MISSING"},
		{"no grant for a session", []string{"Ficus-Mock-Session", "x"}, 403, "MOCK_GRANT_MISSING"},
		{"another coordinate", []string{"Ficus-Mock", "error=Query.product:NO", "Ficus-Mock-Grant", narrow}, 403, "MOCK_GRANT_TOO_NARROW"},
		{"what a service answers", []string{"Ficus-Mock", "scenario=longest; error=Query.product:NO", "Ficus-Mock-Grant", all}, 400, "Ficus-Mock: character 19: Query.product is not made up here"},
		{"another scenario", []string{"Ficus-Mock", "scenario=empty", "Ficus-Mock-Grant", narrow}, 403, `Ficus-Mock-Grant: the grant of ada is not for the scenario empty`},
		{"another secret", []string{"Ficus-Mock", "scenario=empty", "Ficus-Mock-Grant", token("other words that are as long as those before", mocks.Grant{All: true}, now)}, 403, "MOCK_GRANT_INVALID"},
		{"no token", []string{"Ficus-Mock", "scenario=empty", "Ficus-Mock-Grant", "open sesame"}, 403, "MOCK_GRANT_INVALID"},
		{"expired", []string{"Ficus-Mock", "scenario=empty", "Ficus-Mock-Grant", token(grantSecret, mocks.Grant{All: true}, now.Add(-2*time.Hour))}, 403, "MOCK_GRANT_EXPIRED"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := askMocked(t, address, `{ product(id: 5) { price } }`, test.headers...)
			if got.status != test.status || !strings.Contains(got.body, test.want) {
				t.Errorf("HTTP %d: %s\nwant %d with %s", got.status, got.body, test.status, test.want)
			}
		})
	}
}

// TestRealAnswersAreBrokenWhereRequestsMayChoose also where nothing of the answer is made up.
func TestRealAnswersAreBrokenWhereRequestsMayChoose(t *testing.T) {
	address, _ := serveCatalog(t, ", per_request: true, report: true", "")
	got := askMocked(t, address, `{ product(id: 5) { name } }`, "Ficus-Mock", "error=Product.name:TIMEOUT")
	if got.header.Get("Cache-Control") != "no-store" || !strings.Contains(got.body, `"code":"TIMEOUT"`) || !strings.Contains(got.body, `"choice":"error=Product.name:TIMEOUT"`) {
		t.Errorf("%v %s", got.header, got.body)
	}
	if got := askMocked(t, address, `{ product(id: 5) { name } }`); got.body != `{"data":{"product":{"name":"Lamp"}}}` {
		t.Error(got.body)
	}
}

// TestSessionsOfGrantsAreTheirSubjects: whoever knows the name of a session needs the grant of its subject as well.
func TestSessionsOfGrantsAreTheirSubjects(t *testing.T) {
	address, _ := serveCatalog(t, fmt.Sprintf(", grants: { secret: %q }", grantSecret), "")
	as := func(subject, query string) string {
		token, err := mocks.GrantConfig{Secret: grantSecret}.Sign(mocks.Grant{Subject: subject, Expires: time.Now().Add(time.Hour), All: true}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return askMocked(t, address, query, "Ficus-Mock-Grant", token, "Ficus-Mock-Session", "one").body
	}
	if got := as("ada", `mutation { setPrice(productId: 5, price: 12.5) { price } }`); !strings.Contains(got, `"kept":true`) {
		t.Error(got)
	}
	if got := as("ada", `{ product(id: 5) { price } }`); !strings.Contains(got, `"price":12.5`) {
		t.Errorf("ada does not see her change: %s", got)
	}
	if got := as("bob", `{ product(id: 5) { price } }`); strings.Contains(got, `"price":12.5`) {
		t.Errorf("bob sees it: %s", got)
	}
}
