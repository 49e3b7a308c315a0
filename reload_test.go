package main_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// edition is a composed graph in which one of two services answers everything: an item's number and its next.
const edition = `
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a%[1]d", url: "%[2]s") B @join__graph(name: "b%[1]d", url: "%[2]s/b") }
type Query @join__type(graph: A) @join__type(graph: B) { item: Item @join__field(graph: A) only%[1]d: Int @join__field(graph: A) }
type Item @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  one: Int @join__field(graph: A)
  two: Int @join__field(graph: B)
  near: Item @join__field(graph: A)
}
`

// editor is a gateway whose graph is changed under it.
type editor struct {
	*process
	file, settings string
	url, admin     string
	editions       []string
}

// edited serves the first edition; services[i] answers edition i.
func edited(t *testing.T, services ...string) *editor {
	t.Helper()
	dir := t.TempDir()
	e := &editor{file: filepath.Join(dir, "supergraph.graphql"), settings: filepath.Join(dir, "ficus.yaml"), admin: free.Address(t)}
	for i, url := range services {
		e.editions = append(e.editions, fmt.Sprintf(edition, i, url))
	}
	e.write(t, e.editions[0])
	if err := os.WriteFile(e.settings, fmt.Appendf(nil, "supergraph: {file: supergraph.graphql}\nadmin: {listen: '%s'}\n", e.admin), 0o600); err != nil {
		t.Fatal(err)
	}
	e.process = start(t, nil, "serve", "--config", e.settings, "--listen", "127.0.0.1:0")
	_, address, _ := strings.Cut(e.line("address="), "address=")
	address, _, _ = strings.Cut(address, " ")
	e.url = "http://" + address + "/graphql"
	return e
}

// write replaces the graph's file at once, as an editor does.
func (e *editor) write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(e.file+"~", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(e.file+"~", e.file); err != nil {
		t.Fatal(err)
	}
}

// reload changes the graph and waits until the gateway has said something of it.
func (e *editor) reload(t *testing.T, text, said string) {
	t.Helper()
	e.write(t, text)
	if err := e.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	e.line(said)
}

// get is the text at a path of the admin listener.
func (e *editor) get(t *testing.T, path string) string {
	t.Helper()
	return read(t, "http://"+e.admin+path)
}

func read(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: HTTP %d, %v", url, res.StatusCode, err)
	}
	return string(text)
}

// metric is the value of a series.
func (e *editor) metric(t *testing.T, series string) float64 {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(series) + ` (\S+)$`).FindStringSubmatch(e.get(t, "/metrics"))
	if m == nil {
		t.Fatalf("there is no series %s", series)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// numbered is a service that answers every field with the number of its edition.
func numbered(t *testing.T, n int) string {
	t.Helper()
	return serving(t, answerNumber(n)).URL
}

func answerNumber(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/b" {
			_, _ = fmt.Fprintf(w, `{"data":{"_entities":[{"two":%d}]}}`, n)
			return
		}
		_, _ = fmt.Fprintf(w, `{"data":{"item":{"__typename":"Item","id":"1","one":%d}}}`, n)
	}
}

// TestAThousandReloadsUnderLoad: no request fails, none is answered by two graphs, and the gateway has no more
// memory, goroutines and files after a thousand reloads than after a hundred.
func TestAThousandReloadsUnderLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	e := edited(t, numbered(t, 0), numbered(t, 1))
	load := e.load(t, 4)
	var early state
	for i := 1; i <= 1000; i++ {
		e.reload(t, e.editions[i%2], "the graph has changed")
		if i == 100 {
			early = e.state(t)
		}
	}
	late := e.state(t)
	load()
	t.Logf("after 100 reloads %+v, after 1000 %+v", early, late)
	if late.heap > early.heap*1.1+1<<20 || late.goroutines > early.goroutines+10 || late.files > early.files+10 {
		t.Errorf("after 100 reloads %+v, after 1000 %+v", early, late)
	}
	if n := e.metric(t, `ficus_reloads_total{outcome="ok"}`); n != 1000 {
		t.Errorf("%v reloads", n)
	}
	// Plans are made before a graph is served: those who ask hit.
	hits, misses := e.metric(t, `ficus_cache_requests_total{cache="plans",outcome="hit"}`), e.metric(t, `ficus_cache_requests_total{cache="plans",outcome="miss"}`)
	t.Logf("%v hits, %v misses", hits, misses)
	if misses > 10 {
		t.Errorf("%v requests had to plan", misses)
	}
}

// load asks until it is told to stop; each answer must be whole, and of one graph.
func (e *editor) load(t *testing.T, clients int) (stop func()) {
	t.Helper()
	var asked [2]atomic.Int64
	var done atomic.Bool
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
			defer client.CloseIdleConnections()
			for !done.Load() {
				switch text := ask(client, e.url); text {
				case `{"data":{"item":{"one":0,"two":0}}}`:
					asked[0].Add(1)
				case `{"data":{"item":{"one":1,"two":1}}}`:
					asked[1].Add(1)
				default:
					t.Errorf("the answer is %s", text)
					return
				}
			}
		})
	}
	return func() {
		t.Helper()
		done.Store(true)
		all.Wait()
		t.Logf("%d and %d answers", asked[0].Load(), asked[1].Load())
		if asked[0].Load() == 0 || asked[1].Load() == 0 {
			t.Errorf("answers of both graphs: %d and %d", asked[0].Load(), asked[1].Load())
		}
	}
}

// ask is the text of an answer, or of what went wrong.
func ask(client *http.Client, url string) string {
	res, err := client.Post(url, "application/json", strings.NewReader(`{"query":"{ item { one two } }"}`))
	if err != nil {
		return err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return fmt.Sprintf("HTTP %d %s %v", res.StatusCode, text, err)
	}
	return string(text)
}

// state is what a process holds.
type state struct{ heap, goroutines, files float64 }

// state is the least of several looks: what a collection has not reached yet is no growth.
func (e *editor) state(t *testing.T) state {
	t.Helper()
	var least state
	for i := range 20 {
		now := state{e.metric(t, "go_memstats_heap_alloc_bytes"), e.metric(t, "go_goroutines"), e.metric(t, "process_open_fds")}
		if i == 0 {
			least = now
		}
		least = state{min(least.heap, now.heap), min(least.goroutines, now.goroutines), min(least.files, now.files)}
		time.Sleep(20 * time.Millisecond)
	}
	return least
}

// TestABadGraphIsVisibleAndNotServed in the log, the metrics, the health check and by the command status, until
// a good one comes.
func TestABadGraphIsVisibleAndNotServed(t *testing.T) {
	e := edited(t, numbered(t, 0), numbered(t, 1))
	public := strings.TrimSuffix(e.url, "/graphql")
	status := func() string {
		out, err := exec.Command(binary, "status", "--config", e.settings).CombinedOutput()
		if err == nil && strings.Contains(string(out), "error:") {
			t.Errorf("exit code 0 with %s", out)
		}
		return string(out)
	}
	if text := e.get(t, "/health"); text != `{"status":"UP"}` {
		t.Errorf("health %s", text)
	}
	e.reload(t, strings.Replace(e.editions[1], "one: Int", "one: Nope", 1), "the last good one stays")
	if text := ask(http.DefaultClient, e.url); text != `{"data":{"item":{"one":0,"two":0}}}` {
		t.Errorf("the last good graph answers %s", text)
	}
	if text := e.get(t, "/health"); !strings.Contains(text, `"UP","graph":"stale"`) || !strings.Contains(text, "Nope") {
		t.Errorf("health %s", text)
	}
	if text := read(t, public+"/health"); text != `{"status":"UP","graph":"stale"}` {
		t.Errorf("public health %s", text)
	}
	if text := read(t, public+"/health/ready"); text != `{"status":"UP"}` {
		t.Errorf("readiness %s", text)
	}
	if e.metric(t, "ficus_graph_stale") != 1 || e.metric(t, `ficus_reloads_total{outcome="failed"}`) != 1 {
		t.Error("the metrics do not say it")
	}
	if !strings.Contains(e.text(), "Nope") {
		t.Error("the log does not say what is wrong")
	}
	// Status sees what runs, also once the file is good again and not taken over yet.
	e.write(t, e.editions[1])
	if text := status(); !strings.Contains(text, "older graph") || !strings.Contains(text, "Nope") || !strings.Contains(text, "a1") {
		t.Errorf("status says %s", text)
	}
	e.reload(t, e.editions[1], "the graph has changed")
	if text := ask(http.DefaultClient, e.url); text != `{"data":{"item":{"one":1,"two":1}}}` {
		t.Errorf("the new graph answers %s", text)
	}
	if text := e.get(t, "/health"); text != `{"status":"UP"}` || e.metric(t, "ficus_graph_stale") != 0 {
		t.Errorf("health %s", text)
	}
	if text := status(); strings.Contains(text, "older graph") {
		t.Errorf("status says %s", text)
	}
}

// TestARequestEndsOnItsGraph, also where its services are not in the new one; then nothing stays open to them.
func TestARequestEndsOnItsGraph(t *testing.T) {
	var open atomic.Int64
	arrived, leave := make(chan struct{}, 1), make(chan struct{})
	slow := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/b" { // so that the fetch of entities begins after the swap
			arrived <- struct{}{}
			<-leave
		}
		answerNumber(0)(w, r)
	}))
	slow.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}
	slow.Start()
	t.Cleanup(slow.Close)
	e := edited(t, slow.URL, numbered(t, 1))
	got := make(chan string)
	go func() { got <- ask(http.DefaultClient, e.url) }()
	<-arrived
	e.reload(t, e.editions[1], "the graph has changed")
	if text := ask(http.DefaultClient, e.url); text != `{"data":{"item":{"one":1,"two":1}}}` {
		t.Errorf("the new graph answers %s", text)
	}
	close(leave)
	if text := <-got; text != `{"data":{"item":{"one":0,"two":0}}}` {
		t.Errorf("the request in flight got %s", text)
	}
	for end := time.Now().Add(5 * time.Second); open.Load() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d connections are open to services that are not asked any more", open.Load())
		}
	}
}

// TestAChangedFileIsServed without anybody's asking, where that is wanted.
func TestAChangedFileIsServed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "supergraph.graphql")
	e := &editor{file: file}
	e.write(t, fmt.Sprintf(edition, 0, numbered(t, 0)))
	e.process = start(t, nil, "serve", "--supergraph", file, "--listen", "127.0.0.1:0", "--hot-reload")
	e.line("address=")
	e.write(t, fmt.Sprintf(edition, 1, numbered(t, 1)))
	e.line("the graph has changed")
}
