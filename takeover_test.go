package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// TestASecondVersionTakesItsFieldOver starts version 2 of the demo's tickets service beside the first, under load, as the
// demo says: its field moves from the mock to the service within two seconds, seen in answers and by the command status,
// and no request fails.
func TestASecondVersionTakesItsFieldOver(t *testing.T) {
	if testing.Short() {
		t.Skip("measures times")
	}
	cache, err := os.MkdirTemp("", "f") //nolint:usetesting // the name of a socket in it must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(cache) })
	monolith, tickets := free.Address(t), free.Address(t)
	env := []string{"FICUS_DEMO_MONOLITH=" + monolith, "FICUS_DEMO_TICKETS=" + tickets, "FICUS_DEMO_HEALTH=" + free.Address(t), "XDG_CACHE_HOME=" + cache}
	demo := start(t, env, "demo", "--listen", "127.0.0.1:0")
	url := regexp.MustCompile(`http://\S+/graphql`).FindString(demo.line("The graph is at"))
	demo.line("answered by nobody yet")
	if names := strings.Split(strings.TrimSuffix(demo.line("Site.carbonScore"), "."), ", "); len(names) < 5 {
		t.Errorf("%d mocked fields: %v", len(names), names)
	}
	_, command, _ := strings.Cut(demo.line("--version 2"), "ficus ")
	if mocked := mockedFields(t, env); !mocked["Ticket.sentiment"] || len(mocked) < 5 {
		t.Errorf("mocked are %v", mocked)
	}

	load := newLoad(t, url)
	time.Sleep(950 * time.Millisecond) // so that the gateway has just looked at what the service implements
	if load.before.Load() == 0 {
		t.Fatal("nothing was answered by the mock source")
	}
	begin := time.Now()
	second := start(t, env, strings.Fields(command)...)
	moved := load.first(t)
	took := moved.Sub(begin)
	second.line("tickets version 2 serves")
	if mocked := mockedFields(t, env); mocked["Ticket.sentiment"] || !mocked["Ticket.suggestedReply"] {
		t.Errorf("mocked are %v", mocked)
	}
	time.Sleep(300 * time.Millisecond)
	load.stop(t)
	demo.line("tickets has handed over")
	t.Logf("moved after %s; %d answers before, %d after, the slowest in %s", took, load.before.Load(), load.after.Load(), time.Duration(load.slowest.Load()))
	if took > 2*time.Second {
		t.Errorf("moved after %s", took)
	}
}

// load asks for a field that moves, many times a second.
type load struct {
	before, after, slowest atomic.Int64
	at                     chan time.Time
	done                   chan struct{}
	all                    sync.WaitGroup
	mu                     sync.Mutex
	failed                 []string
}

// newLoad asks for the sentiment of a ticket that the mock source takes for worried, and the service for angry.
func newLoad(t *testing.T, url string) *load {
	t.Helper()
	l := &load{at: make(chan time.Time, 1), done: make(chan struct{})}
	body := `{"query":"{ ticket(id: 2406) { subject status sentiment suggestedReply } tickets(first: 3) { id replies { body } } }"}`
	for range 3 {
		l.all.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
			defer client.CloseIdleConnections()
			for tick := time.NewTicker(10 * time.Millisecond); ; {
				select {
				case <-l.done:
					tick.Stop()
					return
				case <-tick.C:
					l.ask(client, url, body)
				}
			}
		})
	}
	return l
}

func (l *load) ask(client *http.Client, url, body string) {
	start := time.Now()
	text, err := sentimentIn(client, url, body)
	now := time.Now()
	for took := int64(now.Sub(start)); ; {
		if slowest := l.slowest.Load(); took <= slowest || l.slowest.CompareAndSwap(slowest, took) {
			break
		}
	}
	switch {
	case err != nil:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.failed = append(l.failed, err.Error())
	case text == "ANGRY":
		if l.after.Add(1) == 1 {
			l.at <- now
		}
	default:
		l.before.Add(1)
	}
}

// sentimentIn is what an answer without errors says, with all else that was asked for.
func sentimentIn(client *http.Client, url, body string) (string, error) {
	res, err := client.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	var answer struct {
		Data struct {
			Ticket  struct{ Subject, Status, Sentiment string }
			Tickets []struct{ Replies []struct{ Body string } }
		}
		Errors []any
	}
	err = json.Unmarshal(text, &answer)
	if err != nil || len(answer.Errors) > 0 || answer.Data.Ticket.Subject != "Checkout is slow since Friday" || len(answer.Data.Tickets) != 3 {
		return "", fmt.Errorf("HTTP %d: %s", res.StatusCode, text)
	}
	return answer.Data.Ticket.Sentiment, nil
}

// first waits for the first answer of the service.
func (l *load) first(t *testing.T) time.Time {
	t.Helper()
	select {
	case at := <-l.at:
		return at
	case <-time.After(20 * time.Second):
		t.Fatal("the field did not move")
		return time.Time{}
	}
}

// stop ends the load, of which no request may have failed.
func (l *load) stop(t *testing.T) {
	t.Helper()
	close(l.done)
	l.all.Wait()
	if len(l.failed) > 0 {
		t.Errorf("%d requests failed, the first with %s", len(l.failed), l.failed[0])
	}
}

// mockedFields are the coordinates that the command status says are mocked.
func mockedFields(t *testing.T, env []string) map[string]bool {
	t.Helper()
	cmd := exec.Command(binary, "status", "--env", "dev", "--json")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	var report struct{ Subgraphs []struct{ Mocked []string } }
	if err != nil || json.Unmarshal(out, &report) != nil {
		t.Fatalf("%v: %s", err, out)
	}
	mocked := map[string]bool{}
	for _, s := range report.Subgraphs {
		for _, name := range s.Mocked {
			mocked[name] = true
		}
	}
	return mocked
}
