package main_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// someRestarts is how often gateways are restarted under load; FICUS_RESTARTS says how often else, as 20.
const someRestarts = 4

// gatewayFile is a gateway whose facade leads to the addresses.
const gatewayFile = `
supergraph: {listen: %s}
admin: {listen: "off"}
subgraphs:
  a: {routing_url: http://127.0.0.1:9/graphql, schema: {sdl: 'type Query { a: Int }'}}
contract: {poll_interval: "off"}
shutdown: {delay: 800ms, timeout: 10s}
facade:
  default: app
  backends:
    app:
      urls: [%s]
      timeouts: {keep_alive: 300ms}
`

// TestNoRequestFailsWhileGatewaysRestart: two gateways behind a third, each of which is ended and started again in turn, under
// load: reading and writing.
func TestNoRequestFailsWhileGatewaysRestart(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	restarts := someRestarts
	if n, err := strconv.Atoi(os.Getenv("FICUS_RESTARTS")); err == nil {
		restarts = n
	}
	app := serving(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
		_, _ = io.WriteString(w, "page")
	})
	addresses := []string{free.Address(t), free.Address(t)}
	inner := func(i int) *process {
		dir := t.TempDir()
		writeIn(t, dir, "ficus.yaml", fmt.Sprintf(gatewayFile, addresses[i], app.URL))
		p := startIn(t, dir, "serve")
		p.line("msg=serving")
		return p
	}
	running := []*process{inner(0), inner(1)}
	front, dir := free.Address(t), t.TempDir()
	writeIn(t, dir, "ficus.yaml", fmt.Sprintf(gatewayFile, front, "http://"+strings.Join(addresses, ", http://"))+"      health: {path: /health/ready, interval: 100ms}\n")
	before := startIn(t, dir, "serve")
	before.line("msg=serving")

	var sent, failed atomic.Int64
	var load sync.WaitGroup
	stop := make(chan bool)
	for i := range 4 {
		method, body := http.MethodGet, ""
		if i%2 == 1 {
			method, body = http.MethodPost, "write "
		}
		load.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			for {
				select {
				case <-stop:
					return
				case <-time.After(2 * time.Millisecond):
				}
				sent.Add(1)
				if err := pageOf(client, method, "http://"+front+"/page", body); err != nil {
					failed.Add(1)
					t.Log(err)
				}
			}
		})
	}
	for i := range restarts {
		running[i%2].stop()
		running[i%2] = inner(i % 2)
		time.Sleep(300 * time.Millisecond) // the one before sees that it is ready
	}
	close(stop)
	load.Wait()
	t.Logf("%d requests over %d restarts, %d failed", sent.Load(), restarts, failed.Load())
	if failed.Load() > 0 || sent.Load() < 100 {
		t.Errorf("%d of %d requests failed", failed.Load(), sent.Load())
	}
}

// pageOf asks for the page, and says what is wrong with the answer.
func pageOf(client *http.Client, method, url, body string) error {
	r, err := http.NewRequest(method, url, strings.NewReader(body)) //nolint:noctx // the test ends it
	if err != nil {
		return err
	}
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && string(text) != body+"page" {
		err = fmt.Errorf("%s: HTTP %d %s %q", method, res.StatusCode, res.Header.Get("Ficus-Error"), text)
	}
	return err
}
