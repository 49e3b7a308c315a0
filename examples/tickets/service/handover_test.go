package service_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/examples/tickets/service"
)

// shortCache is a cache folder whose name leaves room for that of a socket.
func shortCache(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "t") //nolint:usetesting // the names of tests are too long for it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("XDG_CACHE_HOME", dir)
}

// TestASuccessorTakesThePlace of a service that is being asked: nothing is refused, and once the new one has answered
// the old one does not.
func TestASuccessorTakesThePlace(t *testing.T) {
	shortCache(t)
	path := filled(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, lines := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- service.Run(ctx, []string{"-listen", "127.0.0.1:0", "-db", path}, lines)
		_ = lines.Close()
	}()
	var version int
	var address string
	if _, err := fmt.Fscanf(out, "tickets version %d serves http://%s\n", &version, &address); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	address = strings.TrimSuffix(address, "/graphql")

	var asked atomic.Int64
	var done atomic.Bool
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
			defer client.CloseIdleConnections()
			for !done.Load() {
				// A GET, which Go sends again where the server had just closed the connection.
				if status := get(client, "http://"+address+"/healthz"); status != "200" {
					t.Error(status)
					return
				}
				asked.Add(1)
			}
		})
	}
	time.Sleep(100 * time.Millisecond)
	url := start(t, "-listen", address, "-db", path, "-version", "2")
	if err := <-ended; err != nil {
		t.Errorf("the old one ended with %v", err)
	}
	if got := ask(t, url, `{ ticket(id: 2406) { sentiment } }`, ""); !strings.Contains(got, "ANGRY") {
		t.Errorf("the successor answers %s", got)
	}
	done.Store(true)
	all.Wait()
	if asked.Load() == 0 {
		t.Error("nothing was asked")
	}
}

func TestAnAddressOfAnotherProgramIsNotTaken(t *testing.T) {
	shortCache(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	err = service.Run(t.Context(), []string{"-listen", l.Addr().String(), "-db", filled(t)}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "address already in use") || !strings.Contains(err.Error(), "does not hand over") {
		t.Errorf("got %v", err)
	}
}

func get(client *http.Client, url string) string {
	res, err := client.Get(url)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.Status[:3]
}
