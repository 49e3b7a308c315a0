package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/ficusgraph/ficus/internal/free"
)

// keepStates is a NATS server in a process of its own, so that it can be killed: of a port and a folder, until it is.
func keepStates(of string) {
	var port int
	var dir string
	if _, err := fmt.Sscanf(of, "%d %s", &port, &dir); err != nil {
		panic(err)
	}
	s, err := server.NewServer(&server.Options{ServerName: "killed", Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoLog: true, NoSigs: true})
	if err != nil {
		panic(err)
	}
	s.Start()
	s.WaitForShutdown()
	os.Exit(0)
}

// TestWhatWasOrderedOutlivesAllThatIsKilled: the store and all replicas at once, without a goodbye.
func TestWhatWasOrderedOutlivesAllThatIsKilled(t *testing.T) {
	address, states := free.Address(t), t.TempDir()
	store := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "FICUS_TEST_NATS="+strings.TrimPrefix(address, "127.0.0.1:")+" "+states)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd
	}
	kept := store()
	first := newMoving(t, movesHealth)
	config, err := os.ReadFile(filepath.Join(first.dir, "ficus.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	second := &moving{dir: t.TempDir(), graph: free.Address(t), admin: free.Address(t)}
	replicas := []*moving{first, second}
	for _, m := range replicas {
		text := strings.NewReplacer(first.graph, m.graph, first.admin, m.admin).Replace(string(config)) + "nats: {url: 'nats://" + address + "'}\n"
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
	first.must(t, "", "start", "site-health")
	second.must(t, "", "set", "site-health", "50")
	first.must(t, "", "deny", "site-health", "tenant-7", "--why", "a report is running")
	want := first.share(t)

	for _, p := range []*os.Process{kept.Process, first.process.cmd.Process, second.process.cmd.Process} {
		if err := p.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	_ = kept.Wait()
	<-first.process.done
	<-second.process.done
	for _, m := range replicas { // what a replica knew by itself is gone too
		if err := os.RemoveAll(filepath.Join(m.dir, ".ficus")); err != nil {
			t.Fatal(err)
		}
	}
	store()
	for _, m := range replicas {
		m.start(t)
		eventually(t, 10*time.Second, func() bool {
			out, err := m.rollout(t, "show", "site-health")
			return err == nil && strings.Contains(out, "canary  50") && strings.Contains(out, "tenant-7: a report is running")
		})
		if got := m.share(t); got != want {
			t.Errorf("%d of 100 tenants are on the new side, before there were %d", got, want)
		}
		m.must(t, "deny by ann", "history", "site-health")
	}
}
