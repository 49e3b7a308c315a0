package main_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/ficusgraph/ficus/internal/free"
)

// cluster is three NATS servers that keep the same streams.
func cluster(t *testing.T) []*server.Server {
	t.Helper()
	var routes []string
	for range 3 {
		routes = append(routes, "nats://"+free.Address(t))
	}
	var out []*server.Server
	for i := range 3 {
		var port int
		if _, err := fmt.Sscanf(routes[i], "nats://127.0.0.1:%d", &port); err != nil {
			t.Fatal(err)
		}
		s, err := server.NewServer(&server.Options{
			ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true,
			Cluster: server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: port}, Routes: server.RoutesFromStr(strings.Join(routes, ",")),
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		out = append(out, s)
	}
	eventually(t, 20*time.Second, func() bool {
		ready := false
		for _, s := range out {
			ready = ready || s.JetStreamIsLeader()
		}
		return ready && out[0].JetStreamIsCurrent() && out[1].JetStreamIsCurrent() && out[2].JetStreamIsCurrent()
	})
	return out
}

func eventually(t *testing.T, within time.Duration, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come to hold within %s", within)
		}
	}
}

// TestAnAbortIsInForceOnAllReplicas within a second of the command, without a failed request, also when a server of the
// cluster has died; and what was decided is there when all of the cluster and all replicas were killed.
func TestAnAbortIsInForceOnAllReplicas(t *testing.T) {
	nats := cluster(t)
	var urls []string
	for _, s := range nats {
		urls = append(urls, s.ClientURL())
	}
	first := newMoving(t, movesHealth)
	replicas := []*moving{first}
	config, err := os.ReadFile(filepath.Join(first.dir, "ficus.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	shared := string(config) + "nats: {url: '" + strings.Join(urls, ",") + "', replicas: 3}\n"
	for range 2 {
		replicas = append(replicas, &moving{dir: t.TempDir(), graph: free.Address(t), admin: free.Address(t)})
	}
	for _, m := range replicas {
		text := strings.NewReplacer(first.graph, m.graph, first.admin, m.admin).Replace(shared)
		if err := os.MkdirAll(filepath.Join(m.dir, "migrations"), 0o700); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"ficus.yaml": text, "migrations/health.yaml": movesHealth} {
			if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m.start(t)
	}

	load := newReplicaLoad(t, replicas)
	move := func() {
		first.must(t, "", "start", "site-health")
		replicas[1].must(t, "", "set", "site-health", "100")
		eventually(t, 5*time.Second, func() bool { return load.sinceOld() > 200*time.Millisecond })
	}
	move()
	first.must(t, "", "drill", "site-health", "--url", "http://"+replicas[1].admin, "--url", "http://"+replicas[2].admin)
	eventually(t, 5*time.Second, func() bool { return load.sinceOld() > 200*time.Millisecond })
	for _, kill := range []int{-1, 0} {
		if kill >= 0 {
			nats[kill].Shutdown()
		}
		start := time.Now()
		replicas[2].must(t, "aborted", "abort", "site-health")
		eventually(t, 5*time.Second, func() bool { return load.sinceNew() > 500*time.Millisecond })
		took := load.lastNew().Sub(start)
		t.Logf("the last request on the new side was %s after the command began, at %.0f requests/s", took, load.rate())
		if took > time.Second {
			t.Errorf("an abort took %s", took)
		}
		if kill < 0 {
			move()
		}
	}
	if asked, failed := load.end(); failed > 0 || asked == 0 {
		t.Errorf("%d of %d requests failed", failed, asked)
	}

	// All of the cluster and a replica end: what was known last is.
	for _, s := range nats {
		s.Shutdown()
	}
	if err := first.process.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-first.process.done
	first.start(t)
	first.must(t, "may have changed since", "list")
	first.must(t, "canary, aborted", "list")
}

// replicaLoad asks all replicas again and again, FICUS_RATE times a second together, and remembers when each side answered last.
type replicaLoad struct {
	stop          chan struct{}
	began         time.Time
	done          sync.WaitGroup
	asked, failed atomic.Int64
	// fresh and stale are when the new and the old side answered last.
	fresh, stale atomic.Int64
	log          func(...any)
}

func newReplicaLoad(t *testing.T, replicas []*moving) *replicaLoad {
	l := &replicaLoad{stop: make(chan struct{}), began: time.Now(), log: t.Log}
	perSecond := 600
	if n, err := strconv.Atoi(os.Getenv("FICUS_RATE")); err == nil {
		perSecond = n
	}
	const clients = 8 // of each replica
	pace := time.Second * time.Duration(clients*len(replicas)) / time.Duration(perSecond)
	for i, m := range replicas {
		for c := range clients {
			l.done.Go(func() { l.ask(m, fmt.Sprintf("tenant-%d-%d", i, c), pace) })
		}
	}
	t.Cleanup(func() { l.end() })
	return l
}

func (l *replicaLoad) ask(m *moving, tenant string, pace time.Duration) {
	client := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	ticks := time.NewTicker(pace)
	defer ticks.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ticks.C:
		}
		l.asked.Add(1)
		switch body := who(client, m.graph, tenant); {
		case strings.Contains(body, `"new"`):
			l.fresh.Store(time.Now().UnixNano())
		case strings.Contains(body, `"old"`):
			l.stale.Store(time.Now().UnixNano())
		default:
			l.failed.Add(1)
			l.log(body)
		}
	}
}

// who is the answer to a tenant, or what went wrong.
func who(client *http.Client, address, tenant string) string {
	req, err := http.NewRequest(http.MethodPost, "http://"+address+"/graphql", strings.NewReader(`{"query":"{ health }"}`))
	if err != nil {
		return err.Error()
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "X-Tenant": {tenant}}
	res, err := client.Do(req)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (l *replicaLoad) rate() float64 { return float64(l.asked.Load()) / time.Since(l.began).Seconds() }

func (l *replicaLoad) lastNew() time.Time      { return time.Unix(0, l.fresh.Load()) }
func (l *replicaLoad) sinceNew() time.Duration { return time.Since(l.lastNew()) }
func (l *replicaLoad) sinceOld() time.Duration { return time.Since(time.Unix(0, l.stale.Load())) }

func (l *replicaLoad) end() (asked, failed int64) {
	select {
	case <-l.stop:
	default:
		close(l.stop)
	}
	l.done.Wait()
	return l.asked.Load(), l.failed.Load()
}
