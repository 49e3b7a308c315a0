package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestAttacksAreWithstood: a moment of each; the command itself takes longer, and judges how long others wait.
func TestAttacksAreWithstood(t *testing.T) {
	if testing.Short() {
		t.Skip("takes the whole machine for some seconds")
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	var out strings.Builder
	err := run(ctx, []string{"-seconds", "0.1", "-connections", "500", "-attackers", "4", "-rate", "30", "-p99", "30s"}, &out)
	t.Log("\n" + out.String())
	if err != nil {
		t.Error(err)
	}
	for _, a := range attacks() {
		if !strings.Contains(out.String(), "\n"+a.name+" ") {
			t.Errorf("there is no line of %s", a.name)
		}
	}
}

func TestMissedBarsAreSaid(t *testing.T) {
	b := bars{share: .9, p99: time.Second, memory: 300}
	good := result{others: others{asked: 10, answered: 9, latencies: []time.Duration{1, 2, 3}}, memory: 300}
	if err := good.missed(b); err != nil {
		t.Error(err)
	}
	bad := result{others: others{asked: 10, answered: 8, latencies: []time.Duration{time.Minute}, fault: "HTTP 500"}, memory: 301, panics: 1}
	err := bad.missed(b)
	if err == nil {
		t.Fatal("no bar is missed")
	}
	for _, want := range []string{"80.00 % of others' requests were answered, and 90.00 % should be: HTTP 500", "p99 is 1m0s", "has 301 MB", "1 panics"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	if nobody := (result{}).missed(b); nobody == nil {
		t.Error("nobody asked, and all is well")
	}
}

func TestUnknownAttacksAreRefused(t *testing.T) {
	if err := run(t.Context(), []string{"-only", "depth,wit"}, new(strings.Builder)); err == nil || !strings.Contains(err.Error(), `no attack "wit"`) {
		t.Error(err)
	}
}

func TestWhatAnAttackCameTo(t *testing.T) {
	f := fired{"200": 5, "b": 1, "400": 7, "a": 1}
	if f.String() != "400, 200 .." || f.total() != 14 || (fired{}).String() != "-" {
		t.Errorf("%s, %d", f, f.total())
	}
}
