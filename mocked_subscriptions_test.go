package main_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// stream opens a subscription over HTTP, and gives its lines and its header.
func stream(t *testing.T, address, query string, headers ...string) (*bufio.Scanner, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/graphql", strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return bufio.NewScanner(res.Body), res.Header
}

// data is the next event of a stream.
func data(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			return text
		}
	}
	t.Fatalf("the stream ended: %v", lines.Err())
	return ""
}

// TestMutationsArePushed to subscriptions of their session: what a service knows of the entity is fetched for each event, and
// what the mutation said is beside it. A client without a session is given one by its subscription.
func TestMutationsArePushed(t *testing.T) {
	address, _ := serveSubscriptions(t)
	lines, header := stream(t, address, `subscription { priceChanged(productId: 5) { id name price } }`)
	first := data(t, lines)
	if !strings.HasPrefix(first, `{"data":{"priceChanged":{"id":"5","name":"Lamp","price":`) || !strings.Contains(first, `"mocked":["priceChanged`) {
		t.Errorf("the first event is %s", first)
	}
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	if !strings.HasPrefix(cookie, "Ficus-Mock-Session=") || header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Fatalf("%v", header)
	}
	askMocked(t, address, `mutation { setPrice(productId: 6, price: 1) { id } }`, "Cookie", cookie)
	askMocked(t, address, `mutation { setPrice(productId: 5, price: 2) { id } }`, "Ficus-Mock-Session", "another")
	askMocked(t, address, `mutation { setPrice(productId: 5, price: 12.5) { id } }`, "Cookie", cookie)
	if got := data(t, lines); !strings.HasPrefix(got, `{"data":{"priceChanged":{"id":"5","name":"Lamp","price":12.5}}`) {
		t.Error(got)
	}
	if got := askMocked(t, address, `{ product(id: 5) { name price } }`, "Cookie", cookie).body; !strings.Contains(got, `{"name":"Lamp","price":12.5}`) {
		t.Errorf("the detail is another: %s", got)
	}
}

// TestAConnectionHasASession that it names, and chooses for all that is asked on it.
func TestAConnectionHasASession(t *testing.T) {
	address, _ := serveSubscriptions(t)
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: 10 * time.Second}
	conn, _, err := dialer.Dial("ws://"+address+"/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	say := func(text string) {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	hears := func(want string) {
		t.Helper()
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, text, err := conn.ReadMessage(); err != nil || !strings.Contains(string(text), want) {
			t.Fatalf("%s %v, want %s", text, err, want)
		}
	}
	say(`{"type":"connection_init","payload":{"Ficus-Mock-Session":"mine","Ficus-Mock":"value=Product.name:Chosen"}}`)
	hears("connection_ack")
	say(`{"type":"subscribe","id":"s","payload":{"query":"subscription { priceChanged(productId: 5) { name price } }"}}`)
	hears(`"id":"s","payload":{"data":{"priceChanged":{"name":"Chosen","price":`)
	say(`{"type":"subscribe","id":"m","payload":{"query":"mutation { setPrice(productId: 5, price: 12.5) { price } }"}}`)
	heard := map[bool]string{}
	for range 3 { // the event, and the answer with its end, in any order
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, text, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		heard[strings.Contains(string(text), `"id":"s"`)] += string(text)
	}
	if !strings.Contains(heard[true], `{"priceChanged":{"name":"Chosen","price":12.5}}`) || !strings.Contains(heard[false], `"kept":true`) || !strings.Contains(heard[false], `"complete"`) {
		t.Errorf("%v", heard)
	}
	if got := askMocked(t, address, `{ product(id: 5) { price } }`, "Ficus-Mock-Session", "mine").body; !strings.Contains(got, `12.5`) {
		t.Errorf("by HTTP: %s", got)
	}
}

// serveSubscriptions is the gateway over the catalog, with a subscription that nobody serves yet.
func serveSubscriptions(t *testing.T) (address, admin string) {
	t.Helper()
	return serveContract(t, catalogSchema+"type Subscription { priceChanged(productId: ID!): Product @mock }\n",
		", per_request: true, report: true", "websocket: { enabled: true }\n")
}
