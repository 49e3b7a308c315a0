package facade_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/facade"
)

// restarts is how often a back end is restarted under load.
const restarts = 20

// listenAgain listens at an address that was just given up.
func listenAgain(t *testing.T, address string) net.Listener {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		l, err := net.Listen("tcp", address)
		if err == nil {
			return l
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// TestNoRequestFailsWhileABackEndRestarts: the only address of a back end, which goes and comes back again and again. Requests
// wait for it.
func TestNoRequestFailsWhileABackEndRestarts(t *testing.T) {
	begin := func(l net.Listener) *http.Server {
		s := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(2 * time.Millisecond)
			_, _ = io.WriteString(w, "page")
		})}
		go func() { _ = s.Serve(l) }()
		return s
	}
	l := listenAgain(t, "127.0.0.1:0")
	address := l.Addr().String()
	app := begin(l)
	f := serve(t, with(to("http://"+address), func(b *facade.Backend) { b.Timeouts.Boot = 10 * time.Second }), facade.Parts{})
	var sent, failed atomic.Int64
	var load sync.WaitGroup
	stop := make(chan bool)
	for range 4 {
		load.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-stop:
					return
				default:
				}
				sent.Add(1)
				res, err := client.Get(f.URL + "/page") //nolint:noctx // the test ends it
				if err != nil {
					failed.Add(1)
					continue
				}
				text, err := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if err != nil || string(text) != "page" {
					failed.Add(1)
				}
			}
		})
	}
	for range restarts {
		time.Sleep(50 * time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if err := app.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		time.Sleep(20 * time.Millisecond)
		app = begin(listenAgain(t, address))
	}
	close(stop)
	load.Wait()
	_ = app.Close()
	t.Logf("%d requests over %d restarts", sent.Load(), restarts)
	if failed.Load() > 0 || sent.Load() < 2*restarts || strings.Contains(f.log.String(), "level=WARN") {
		t.Errorf("%d of %d requests failed\n%s", failed.Load(), sent.Load(), f.log)
	}
}
