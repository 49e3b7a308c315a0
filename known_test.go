package main_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gorilla/websocket"
)

// knowing is a gateway with a manifest beside its configuration.
type knowing struct {
	*process
	dir, url string
}

const knownManifest = `{"format":"apollo-persisted-query-manifest","version":1,"operations":[
  {"id":"one","name":"One","type":"query","body":"query One { one }"},
  {"id":"web-two","name":"Two","type":"query","clientName":"web","body":"query Two { two }"},
  {"id":"gone","name":"Gone","type":"query","body":"query Gone { gone }"},
  {"id":"write","name":"Write","type":"mutation","body":"mutation Write { write }"}]}`

// knows serves a graph of one service with the configuration.
func knows(t *testing.T, config string) *knowing {
	t.Helper()
	k := &knowing{dir: t.TempDir()}
	service := answering(t, `{"data":{"one":1,"two":2,"write":3}}`)
	k.write(t, "operations.json", knownManifest)
	k.write(t, "a.graphql", "type Query { one: Int two: Int } type Mutation { write: Int }")
	k.write(t, "ficus.yaml", fmt.Sprintf(`admin: {listen: 'off'}
subgraphs:
  a:
    routing_url: %s
    schema: {file: a.graphql}
websocket: {enabled: true}
batching: {enabled: true}
%s`, service.URL, config))
	k.process = start(t, nil, "serve", "--config", filepath.Join(k.dir, "ficus.yaml"), "--listen", "127.0.0.1:0")
	_, address, _ := strings.Cut(k.line("address="), "address=")
	address, _, _ = strings.Cut(address, " ")
	k.url = "http://" + address + "/graphql"
	return k
}

// write replaces a file at once.
func (k *knowing) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(k.dir, name)
	if err := os.WriteFile(file+"~", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+"~", file); err != nil {
		t.Fatal(err)
	}
}

// wants sends a body, or gets the URL's query that begins with ?.
func (k *knowing) wants(t *testing.T, request string, status int, says string, headers ...string) {
	t.Helper()
	header := http.Header{"Content-Type": {"application/json"}, "Apollo-Require-Preflight": {"1"}}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	method, to := http.MethodPost, k.url
	if strings.HasPrefix(request, "?") {
		method, to, request = http.MethodGet, k.url+request, ""
	}
	got := send(t, method, to, []byte(request), header)
	if got.status != status || !strings.Contains(got.body, says) {
		t.Errorf("%s %s: %d %s, want %d %s", request, to, got.status, got.body, status, says)
	}
}

const onlyTrusted = "persisted_queries: {enabled: true, log_unknown: true, local_manifests: [operations.json], safelist: {enabled: true}}\n"

// TestOnlyTrustedDocumentsAreAnswered: by whatever way and in whatever words a request comes.
func TestOnlyTrustedDocumentsAreAnswered(t *testing.T) {
	k := knows(t, onlyTrusted)
	if text := k.text(); strings.Count(text, "does not fit the graph") != 1 || !strings.Contains(text, "file=operations.json id=gone") {
		t.Errorf("what does not fit is not said:\n%s", text)
	}
	const one, refused = `{"data":{"one":1}}`, "QUERY_NOT_IN_SAFELIST"
	k.wants(t, `{"documentId":"one"}`, 200, one)
	k.wants(t, `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"one"}}}`, 200, one)
	k.wants(t, "?documentId=one", 200, one)
	k.wants(t, "?extensions="+url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"one"}}`), 200, one)
	k.wants(t, `{"query":"query One{one} # x"}`, 200, one)
	k.wants(t, `{"documentId":"web-two"}`, 404, "PERSISTED_QUERY_NOT_IN_LIST")
	k.wants(t, `{"documentId":"web-two"}`, 200, `{"data":{"two":2}}`, "apollographql-client-name", "web")
	k.wants(t, "?documentId=write", 405, "MUTATION_FORBIDDEN")
	k.wants(t, `{"query":"{ two }"}`, 403, refused)
	k.wants(t, `{"query":"{ two }","operationName":"One"}`, 403, refused)
	k.wants(t, "?query={two}", 403, refused)
	k.wants(t, `{"query":"{ __schema { types { name } } }"}`, 403, refused)
	k.wants(t, `{"query":"query One { one } query Two { two }","operationName":"Two"}`, 403, refused)
	k.wants(t, `{"query":"{ two }","documentId":"one"}`, 400, "CANNOT_SEND_PQ_ID_AND_BODY")
	k.wants(t, `{"query":"{ two }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"one"}}}`, 400, "PERSISTED_QUERY_HASH_MISMATCH")
	k.wants(t, `{"query":"{ two }","documentId":7}`, 400, "must be a string")
	k.wants(t, `[{"documentId":"one"},{"query":"{ two }"}]`, 200, `[{"data":{"one":1}},{"errors":[{"message":"the operation is none of those`)
	k.wants(t, `[{"documentId":"one"},{}]`, 200, `[{"data":{"one":1}},{"errors":[{"message":"the request has no query`)
	k.hears(t, `{"query":"{ two }"}`, refused)
	k.hears(t, `{"documentId":"one"}`, one)
	if text := k.text(); !strings.Contains(text, "an operation is in no manifest") || !strings.Contains(text, `text="{ two }"`) {
		t.Errorf("what was refused is not logged:\n%s", text)
	}
}

// hears asks over a WebSocket.
func (k *knowing) hears(t *testing.T, request, says string) {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	conn, res, err := dialer.Dial("ws"+strings.TrimPrefix(k.url, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = res.Body.Close(), conn.Close() }()
	for _, text := range []string{`{"type":"connection_init"}`, `{"id":"1","type":"subscribe","payload":` + request + `}`} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		_, text, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), says) {
			return
		}
	}
	t.Errorf("%s over a WebSocket does not say %s", request, says)
}

// TestManifestsAreReadAgain: a bad one leaves the last good one, and says so.
func TestManifestsAreReadAgain(t *testing.T) {
	k := knows(t, onlyTrusted)
	k.write(t, "operations.json", `{"two": "query Two { two }"}`)
	k.line("the manifests have changed")
	k.wants(t, `{"documentId":"two"}`, 200, `{"data":{"two":2}}`)
	k.wants(t, `{"documentId":"one"}`, 404, "PERSISTED_QUERY_NOT_IN_LIST")
	k.write(t, "operations.json", `{"two": `)
	k.line("the last good ones stay")
	k.wants(t, `{"documentId":"two"}`, 200, `{"data":{"two":2}}`)
	k.write(t, "operations.json", `{"bad": "{ nothing }"}`)
	k.line("id=bad")
	k.line("the manifests have changed")
	k.wants(t, `{"documentId":"two"}`, 404, "PERSISTED_QUERY_NOT_IN_LIST")
}

// TestDocumentsAreJudgedByEachGraph: what fitted the last one may not fit the next, and the other way round.
func TestDocumentsAreJudgedByEachGraph(t *testing.T) {
	k := knows(t, onlyTrusted)
	k.write(t, "a.graphql", "type Query { one: Int gone: Int } type Mutation { write: Int }")
	if err := k.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	k.line("the graph has changed")
	_, since, _ := strings.Cut(k.text(), "msg=serving")
	if strings.Count(since, "does not fit the graph") != 1 || !strings.Contains(since, "id=web-two") {
		t.Errorf("what does not fit the changed graph is not said:\n%s", since)
	}
	k.wants(t, `{"documentId":"one"}`, 200, `{"data":{"one":1}}`)
}

// TestTextsAreAskedForByTheirHashOnceSent is Apollo's protocol.
func TestTextsAreAskedForByTheirHashOnceSent(t *testing.T) {
	k := knows(t, "apq: {enabled: true}\n")
	sum := sha256.Sum256([]byte("{ one }"))
	named := fmt.Sprintf(`"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hex.EncodeToString(sum[:]))
	asked := "?extensions=" + url.QueryEscape(strings.TrimPrefix(named, `"extensions":`))
	const missing = `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
	k.wants(t, asked, 200, missing)
	k.wants(t, asked, 400, missing, "Accept", "application/graphql-response+json")
	k.wants(t, `{"query":"{ two }",`+named+`}`, 400, "PERSISTED_QUERY_HASH_MISMATCH")
	k.wants(t, asked, 200, missing)
	k.wants(t, `{"query":"{ one }",`+named+`}`, 200, `{"data":{"one":1}}`)
	k.wants(t, asked, 200, `{"data":{"one":1}}`)
	k.wants(t, `{`+named+`}`, 200, `{"data":{"one":1}}`)
	k.wants(t, `{"query":"{ two }"}`, 200, `{"data":{"two":2}}`)
	k.wants(t, `{}`, 400, "the request has no query")
}
