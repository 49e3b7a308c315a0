package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/rollout/shadow"
)

const comparesHealth = movesHealth + `
shadow: {percent: 100, per_second: 1000}
keep: [Query.health]
`

// compared waits until the comparison has come as far as is wanted, and tells.
func (m *moving) compared(t *testing.T, enough func(shadow.Report) bool) shadow.Report {
	t.Helper()
	var list []shadow.Report
	for range 200 {
		out, err := m.rollout(t, "mismatches", "site-health", "--format", "json")
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if err := json.Unmarshal([]byte(out), &list); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if enough(list[0]) {
			return list[0]
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("the comparison does not come so far: %+v", list[0])
	return list[0]
}

// TestOwnersAreComparedWhileTheOldOneAnswers: in shadow clients get the old owner's answers, and what the new one says
// else is found, listed and replayed; in canary it is found from both sides; at rest nobody is asked twice.
func TestOwnersAreComparedWhileTheOldOneAnswers(t *testing.T) {
	m := newMoving(t, comparesHealth)
	m.start(t)
	m.side(t, "tenant-1")
	if out, err := m.rollout(t, "mismatches", "site-health"); err != nil || !strings.Contains(out, "0 sampled") {
		t.Errorf("before the shadow: %v\n%s", err, out)
	}
	m.must(t, "shadow  0", "shadow", "site-health", "--why", "is it the same?")
	for range 10 {
		if got := m.side(t, "tenant-1"); got != "old" {
			t.Fatalf("in shadow the answer is the %s side's", got)
		}
	}
	r := m.compared(t, func(r shadow.Report) bool { return len(r.Mismatches) > 0 && r.Mismatches[0].Count+r.Shed >= 10 })
	one := r.Mismatches[0]
	if one.Field != "Query.health" || one.Path != "health" || string(one.From.Value) != `"old"` || string(one.To.Value) != `"new"` || !r.Coordinates[0].Mismatch {
		t.Errorf("%+v", one)
	}
	m.must(t, "Query.health: differs", "mismatches", "site-health")
	out, err := m.rollout(t, "replay", "site-health", one.ID)
	if err == nil || !strings.Contains(out, `"old"`) || !strings.Contains(out, `"new"`) || !strings.Contains(out, "the owners differ at 1 places") {
		t.Errorf("the replay: %v\n%s", err, out)
	}
	file := filepath.Join(m.dir, "case.json")
	text, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err := m.rollout(t, "replay", "site-health", "--file", file); err == nil || again != out {
		t.Errorf("the replay of a file: %v\n%s", err, again)
	}
	if out, err := m.rollout(t, "replay", "site-health", "99"); err == nil || !strings.Contains(out, "there is no such mismatch") {
		t.Errorf("the replay of nothing: %v\n%s", err, out)
	}

	m.must(t, "canary  1", "start", "site-health")
	m.must(t, "canary  100", "set", "site-health", "100")
	if got := m.side(t, "tenant-1"); got != "new" {
		t.Fatalf("at 100 %% the answer is the %s side's", got)
	}
	r = m.compared(t, func(r shadow.Report) bool { return len(r.Mismatches) > 0 })
	if one := r.Mismatches[0]; r.Sampled != 1 || string(one.From.Value) != `"old"` || string(one.To.Value) != `"new"` {
		t.Errorf("from the new side: %+v", r)
	}
	m.must(t, "aborted", "abort", "site-health")
	m.side(t, "tenant-1")
	if r := m.compared(t, func(shadow.Report) bool { return true }); r.Sampled != 1 {
		t.Errorf("after the abort it is compared: %+v", r)
	}
}

// TestAShadowThatMakesNoSense is refused: of a migration that does not say how, or that says it wrongly.
func TestAShadowThatMakesNoSense(t *testing.T) {
	m := newMoving(t, movesHealth)
	m.start(t)
	if out, err := m.rollout(t, "shadow", "site-health"); err == nil || !strings.Contains(out, "write shadow: {} in migrations/health.yaml") {
		t.Errorf("%v\n%s", err, out)
	}
	for url, want := range map[string]int{"/rollouts/other/mismatches": 404, "/rollouts/site-health/mismatches": 200} {
		res, err := http.Get("http://" + m.admin + "/api/v1" + url)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d", url, res.StatusCode)
		}
	}
}
