package main_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/internal/free"
)

// TestDemoAnswersTheReadmesQuery runs the demo as the README says, asks its query, stops the tickets service,
// asks again, starts it again, and asks once more.
func TestDemoAnswersTheReadmesQuery(t *testing.T) {
	monolith, tickets := free.Address(t), free.Address(t)
	env := []string{"FICUS_DEMO_MONOLITH=" + monolith, "FICUS_DEMO_TICKETS=" + tickets, "FICUS_DEMO_HEALTH=" + free.Address(t), "XDG_CACHE_HOME=" + t.TempDir()}
	demo := start(t, env, "demo", "--listen", "127.0.0.1:0")
	service := processOf(t, demo, "tickets")
	url := regexp.MustCompile(`http://\S+/graphql`).FindString(demo.line("The graph is at"))
	token := regexp.MustCompile(`Bearer (\S+)'`).FindStringSubmatch(demo.line("Authorization"))
	if token == nil {
		t.Fatalf("no token in\n%s", demo.text())
	}
	header := http.Header{"Authorization": {"Bearer " + token[1]}}
	query, want := readme(t, "graphql"), readme(t, "json")

	_, whole := post(t, url, query, header)
	if diff := cmp.Diff(parsed(t, want), parsed(t, `{"data":`+string(whole.Data)+`}`)); diff != "" || len(whole.Errors) > 0 {
		t.Fatalf("errors %v, answer (-README +got):\n%s", whole.Errors, diff)
	}

	if err := syscall.Kill(service, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	again := demo.line("tickets has ended")
	status, partial := post(t, url, query, header)
	if status != http.StatusOK || !bytes.Contains(partial.Data, []byte("hosted since March 2021")) || bytes.Contains(partial.Data, []byte("Checkout")) {
		t.Fatalf("HTTP %d with the service stopped: %s", status, partial.Data)
	}
	paths := map[string]bool{}
	for _, e := range partial.Errors {
		text, _ := json.Marshal(e.Path)
		paths[string(text)] = true
		if e.Extensions["code"] == nil || strings.Contains(e.Message, tickets) {
			t.Errorf("error without a code, or with an address: %+v", e)
		}
	}
	if !paths[`["viewer","organization","sites",0]`] && !paths[`["viewer","organization","sites",0,"tickets"]`] {
		t.Errorf("no error at the path of what is missing: %v", paths)
	}

	command := strings.Fields(again[strings.LastIndex(again, "ficus ")+len("ficus "):])
	start(t, env, command...).line("serves")
	deadline := time.Now().Add(10 * time.Second)
	for {
		_, back := post(t, url, query, header)
		if len(back.Errors) == 0 && cmp.Equal(parsed(t, want), parsed(t, `{"data":`+string(back.Data)+`}`)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("started again, and still %s %v", back.Data, back.Errors)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// processOf is the id of the demo's process of that name.
func processOf(t *testing.T, demo *process, name string) int {
	t.Helper()
	m := regexp.MustCompile(`process (\d+)`).FindStringSubmatch(demo.line(name + " "))
	if m == nil {
		t.Fatalf("no process of %s in\n%s", name, demo.text())
	}
	id, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// readme is the first block of that language in the README.
func readme(t *testing.T, language string) string {
	t.Helper()
	list := blocks(t, language)["README.md"]
	if len(list) == 0 {
		t.Fatalf("README.md has no %s block", language)
	}
	return list[0]
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func TestTheReadmesQueryIsTheDemos(t *testing.T) {
	text, err := os.ReadFile("examples/query.graphql")
	if err != nil {
		t.Fatal(err)
	}
	if _, query, _ := strings.Cut(string(text), "\n"); query != readme(t, "graphql") {
		t.Errorf("README.md shows\n%s\nand the demo\n%s", readme(t, "graphql"), query)
	}
}

// TestAPageOfTheDemoCostsTheMonolithFourRequests counts what reaches the monolith for a page of 100 sites with
// their organizations, last deploys and open tickets, which the tickets service has.
func TestAPageOfTheDemoCostsTheMonolithFourRequests(t *testing.T) {
	address, tickets := free.Address(t), free.Address(t)
	env := []string{"XDG_CACHE_HOME=" + t.TempDir()}
	start(t, env, "demo", "monolith", "-listen", address).line("serves")
	start(t, env, "demo", "tickets", "-listen", tickets).line("serves")
	target := &url.URL{Scheme: "http", Host: address}
	var mu sync.Mutex
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Method+" "+r.URL.Path)
		mu.Unlock()
		httputil.NewSingleHostReverseProxy(target).ServeHTTP(w, r)
	}))
	defer proxy.Close()
	env = append(env, "FICUS_DEMO_MONOLITH="+strings.TrimPrefix(proxy.URL, "http://"), "FICUS_DEMO_TICKETS="+tickets, "FICUS_DEMO_HEALTH="+free.Address(t))
	gateway := start(t, env, "serve", "--config", "ficus.yaml", "--listen", "127.0.0.1:0")
	graph := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(gateway.line("serving"))

	_, answer := post(t, "http://"+graph+"/graphql", `{ sites(size: 100) { total items { name openTicketCount
		organization { name } latestDeploy { state commit } tickets(status: OPEN, first: 5) { subject } } } }`, nil)
	if len(answer.Errors) > 0 {
		t.Fatalf("errors: %v", answer.Errors)
	}
	if n := bytes.Count(answer.Data, []byte(`"organization":{"name":"`)); n != 100 {
		t.Errorf("%d organizations, want 100", n)
	}
	if n := bytes.Count(answer.Data, []byte(`"commit":"`)); n < 90 {
		t.Errorf("%d last deploys", n)
	}
	if n := bytes.Count(answer.Data, []byte(`"subject":"`)); n == 0 {
		t.Error("no open tickets")
	}
	if len(asked) > 4 {
		t.Errorf("%d requests, want at most 4: %v", len(asked), asked)
	}
	t.Logf("%d requests: %v", len(asked), asked)
}
