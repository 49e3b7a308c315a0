package service_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/examples/health/service"
)

// legacy is a feed that a test adds deploys to.
type legacy struct {
	*httptest.Server
	mu   sync.Mutex
	rows []string
	away bool
}

func newLegacy(t *testing.T) *legacy {
	t.Helper()
	l := &legacy{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.away || r.Header.Get("X-Legacy-Key") != "key" || r.URL.Path != "/api/deploys" {
			_, _ = io.WriteString(w, `{"status":"error","message":"no"}`)
			return
		}
		var after int
		_, _ = fmt.Sscan(r.FormValue("after"), &after)
		_, _ = fmt.Fprintf(w, `{"status":"ok","data":{"items":[%s]}}`, strings.Join(l.rows[after:], ","))
	}))
	t.Cleanup(l.Close)
	return l
}

// deploy adds one that is over, of a site's environment.
func (l *legacy) deploy(site int, env string, states ...int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, state := range states {
		l.rows = append(l.rows, fmt.Sprintf(`{"id":%d,"site_id":%d,"env_name":%q,"state":%d}`, len(l.rows)+1, site, env, state))
	}
}

// start runs the service until the test ends and gives its address.
func start(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		failed <- service.Run(ctx, append([]string{"-listen", "127.0.0.1:0", "-key", "key"}, args...), in)
		_ = in.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-failed; err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewScanner(out)
	lines.Scan()
	url := regexp.MustCompile(`http://\S+`).FindString(lines.Text())
	if url == "" {
		t.Fatalf("no address in %q", lines.Text())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return strings.TrimSuffix(url, "/graphql")
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func ready(t *testing.T, url string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if status, _ := get(t, url+"/healthz"); status == http.StatusOK {
			return
		}
		if time.Now().After(end) {
			t.Fatal("never ready")
		}
	}
}

// health asks how sites do.
func health(t *testing.T, url string, ids ...string) string {
	t.Helper()
	var all []string
	for _, id := range ids {
		all = append(all, fmt.Sprintf(`{"__typename":"Site","id":%q}`, id))
	}
	body := `{"query":"query($of: [_Any!]!) { _entities(representations: $of) { ... on Site { health { grade reliability failedDeploys } } } }",
		"variables":{"of":[` + strings.Join(all, ",") + `]}}`
	res, err := http.Post(url+"/graphql", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(text), `{"data":{"_entities":[`), `]}}`)
}

func TestASiteDoesAsItsLastDeploysOnLiveDid(t *testing.T) {
	l := newLegacy(t)
	l.deploy(1, "live", 2, 2)
	l.deploy(2, "live", 3, 2)
	l.deploy(3, "live", 2, 2, 2, 3)
	l.deploy(4, "live", 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2) // the failure is the eleventh last
	l.deploy(5, "live", 0, 1)                            // not over
	l.deploy(6, "test", 3)
	l.deploy(6, "live", 2)
	url := start(t, "-monolith", l.URL)
	ready(t, url)
	for id, want := range map[string]string{
		"1": `{"grade":"HEALTHY","reliability":1,"failedDeploys":0}`,
		"2": `{"grade":"DEGRADED","reliability":0.5,"failedDeploys":1}`,
		"3": `{"grade":"FAILING","reliability":0.75,"failedDeploys":1}`,
		"4": `{"grade":"HEALTHY","reliability":1,"failedDeploys":0}`,
		"5": `{"grade":"UNKNOWN","reliability":null,"failedDeploys":0}`,
		"6": `{"grade":"HEALTHY","reliability":1,"failedDeploys":0}`,
		"9": `{"grade":"UNKNOWN","reliability":null,"failedDeploys":0}`,
	} {
		if got := health(t, url, id); got != `{"health":`+want+`}` {
			t.Errorf("site %s: %s, want %s", id, got, want)
		}
	}
	if got := health(t, url, "no number"); got != `{"health":null}` {
		t.Errorf("what is no site: %s", got)
	}
}

func TestTheFirstVersionTakesAllEnvironments(t *testing.T) {
	l := newLegacy(t)
	l.deploy(6, "live", 2)
	l.deploy(6, "test", 3)
	url := start(t, "-monolith", l.URL, "-version", "1")
	ready(t, url)
	if got, want := health(t, url, "6"), `{"health":{"grade":"FAILING","reliability":0.5,"failedDeploys":1}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestItKeepsUpAndOutlivesTheLegacyApplication(t *testing.T) {
	l := newLegacy(t)
	l.away = true
	url := start(t, "-monolith", l.URL)
	if status, text := get(t, url+"/healthz"); status != http.StatusServiceUnavailable {
		t.Errorf("HTTP %d %s before anything was read", status, text)
	}
	l.deploy(1, "live", 2)
	l.mu.Lock()
	l.away = false
	l.mu.Unlock()
	ready(t, url)
	l.deploy(1, "live", 3)
	for end := time.Now().Add(10 * time.Second); !strings.Contains(health(t, url, "1"), "FAILING"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("a new deploy does not show: %s", health(t, url, "1"))
		}
	}
	l.Close()
	if got := health(t, url, "1"); !strings.Contains(got, "FAILING") {
		t.Errorf("with the legacy application away: %s", got)
	}
}
