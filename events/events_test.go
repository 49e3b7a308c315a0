package events_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/events"
)

func open(t *testing.T, directory string) *events.Broker {
	t.Helper()
	b, err := events.Open(events.Config{Directory: directory}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// TestABucketComparesAndSets: a change is of the revision that is there, or is not made; revisions are kept, and watched.
func TestABucketComparesAndSets(t *testing.T) {
	directory := t.TempDir()
	broker := open(t, directory)
	b := broker.KeyValue("states", 3)
	ctx, cancel := context.WithCancel(t.Context())
	seen, ended := make(chan string, 20), make(chan error, 1)
	go func() {
		ended <- b.Watch(ctx, events.Watcher{
			Changed: func(e events.Entry) { seen <- e.Key + "=" + string(e.Value) },
			Current: func() { seen <- "current" },
			Lost:    func(err error) { seen <- err.Error() },
		})
	}()
	if got := <-seen; got != "current" {
		t.Errorf("an empty bucket begins with %s", got)
	}
	revision := uint64(0)
	for _, v := range []string{"1", "2", "3", "4"} {
		var err error
		if revision, err = b.Put(ctx, "a", []byte(v), revision); err != nil {
			t.Fatal(err)
		}
		for last := ""; last != "a="+v; { // some are seen twice
			select {
			case last = <-seen:
			case <-time.After(5 * time.Second):
				t.Fatalf("%s is not seen", v)
			}
		}
	}
	for _, old := range []uint64{0, revision - 1, revision + 1} {
		if _, err := b.Put(ctx, "a", []byte("x"), old); !errors.Is(err, events.ErrConflict) {
			t.Errorf("put at revision %d of %d: %v", old, revision, err)
		}
	}
	list, err := b.History(ctx, "a")
	if err != nil || len(list) != 3 || string(list[0].Value) != "2" || list[2].Revision != revision || list[2].At.IsZero() {
		t.Errorf("history %v, %v", list, err)
	}
	if list, err := b.History(ctx, "b"); err != nil || len(list) != 0 {
		t.Errorf("history of what is not there: %v, %v", list, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}

	broker.Close()
	list, err = open(t, directory).KeyValue("states", 3).History(t.Context(), "a")
	if err != nil || len(list) != 3 {
		t.Errorf("after it was closed: %v, %v", list, err)
	}
}

// TestADirectoryHasOneServer.
func TestADirectoryHasOneServer(t *testing.T) {
	directory := t.TempDir()
	open(t, directory)
	if _, err := events.Open(events.Config{Directory: directory}, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "another gateway's") {
		t.Errorf("a second one: %v", err)
	}
}

// TestAClusterThatIsAwayIsNoErrorOfTheStart, only of what is asked of it.
func TestAClusterThatIsAwayIsNoErrorOfTheStart(t *testing.T) {
	b, err := events.Open(events.Config{URL: "nats://127.0.0.1:1"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := b.KeyValue("states", 3).Put(ctx, "a", nil, 0); err == nil {
		t.Error("something was put nowhere")
	}
}

func TestConfigurations(t *testing.T) {
	for _, test := range []struct {
		cfg  events.Config
		want string
	}{
		{events.Config{}, ""},
		{events.Config{URL: "nats://a:1,nats://b:1", Replicas: 3, Credentials: "c"}, ""},
		{events.Config{Replicas: 3}, "nats.replicas"},
		{events.Config{URL: "a", Replicas: 7}, "nats.replicas: 7 is not between"},
		{events.Config{Credentials: "c"}, "nats.credentials"},
	} {
		err := test.cfg.Validate()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: %v, want %q", test.cfg, err, test.want)
		}
	}
}
