package rollout_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/rollout"
)

// request is what a test knows of a request: kind and name to value.
type request map[string]string

func (r request) get(kind, name string) (string, bool) {
	v, ok := r[kind+" "+name]
	return v, ok
}
func (r request) Claim(name string) (string, bool)  { return r.get("claim", name) }
func (r request) Cookie(name string) (string, bool) { return r.get("cookie", name) }
func (r request) Header(name string) (string, bool) { return r.get("header", name) }

func tenant(name string) request { return request{"claim tenant": name} }

func ptr(f float64) *float64 { return &f }

func TestTheOrderOfTheDecision(t *testing.T) {
	table := rollout.New(rollout.Config{Labels: map[string]rollout.Label{
		"all":     {Percent: ptr(100)},
		"none":    {Percent: ptr(0)},
		"denied":  {Percent: ptr(100), Deny: []string{"acme"}},
		"allowed": {Percent: ptr(0), Allow: []string{"acme"}},
		"killed":  {Percent: ptr(100), Allow: []string{"acme"}, Kill: true},
	}})
	all := []string{"all", "none", "denied", "allowed", "killed", "percent(100)", "percent(0)", "unheard", "percent(x)"}
	tests := []struct {
		who  request
		want string
	}{
		{tenant("acme"), "all allowed percent(100)"},
		{tenant("globex"), "all denied percent(100)"},
		{request{"claim sub": "acme"}, "all allowed percent(100)"},
		{request{"claim tenant": "globex", "claim sub": "acme"}, "all denied percent(100)"},
		{request{"claim tenant": "", "claim sub": "acme"}, "all allowed percent(100)"},
		{request{"cookie sub": "acme"}, ""},
		{request{}, ""},
	}
	for _, tt := range tests {
		if got := strings.Join(table.Active(tt.who, all), " "); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.who, got, tt.want)
		}
	}
	if got := table.Unknown(all); !slices.Equal(got, []string{"percent(x)", "unheard"}) {
		t.Errorf("unknown: %v", got)
	}
}

func TestTheConfiguredKeyCounts(t *testing.T) {
	table := rollout.New(rollout.Config{
		Key:    []rollout.Key{{Header: "x-tenant"}, {Cookie: "visitor"}},
		Labels: map[string]rollout.Label{"l": {Allow: []string{"acme"}}},
	})
	for _, tt := range []struct {
		who  request
		want bool
	}{
		{request{"header x-tenant": "acme"}, true},
		{request{"cookie visitor": "acme"}, true},
		{request{"header x-tenant": "other", "cookie visitor": "acme"}, false},
		{tenant("acme"), false},
	} {
		if got := len(table.Active(tt.who, []string{"l"})) == 1; got != tt.want {
			t.Errorf("%v: %v", tt.who, got)
		}
	}
}

func TestARequestsFacts(t *testing.T) {
	r := rollout.Request{Headers: http.Header{"X-Tenant": {"acme"}, "Cookie": {"a=b; visitor=v1"}}, Claims: func(name string) (string, bool) { return "u1", name == "sub" }}
	for _, tt := range []struct {
		look  func(string) (string, bool)
		name  string
		value string
	}{
		{r.Header, "x-tenant", "acme"},
		{r.Header, "x-other", ""},
		{r.Cookie, "visitor", "v1"},
		{r.Cookie, "other", ""},
		{r.Claim, "sub", "u1"},
		{r.Claim, "tenant", ""},
		{rollout.Request{}.Claim, "sub", ""},
	} {
		if v, ok := tt.look(tt.name); ok && v != tt.value || ok != (tt.value != "") {
			t.Errorf("%s: %q, %v, want %q", tt.name, v, ok, tt.value)
		}
	}
}

// TestRaisingTakesNobodyOut: labels of one migration nest.
func TestRaisingTakesNobodyOut(t *testing.T) {
	labels := map[string]rollout.Label{}
	var names []string
	for i := range 51 {
		name := fmt.Sprintf("step%02d", i)
		labels[name] = rollout.Label{Migration: "m", Percent: ptr(float64(2 * i))}
		names = append(names, name)
	}
	table := rollout.New(rollout.Config{Labels: labels})
	for i := range 5000 {
		active := table.Active(tenant(fmt.Sprint(i)), names)
		if !slices.Equal(active, names[len(names)-len(active):]) {
			t.Fatalf("key %d leaves again: %v", i, active)
		}
	}
}

// TestTheShareIsWhatWasAsked: over a million keys, within three standard deviations.
func TestTheShareIsWhatWasAsked(t *testing.T) {
	const keys = 1_000_000
	limits := []float64{0.01, 0.1, 1, 5, 25, 50, 75, 99, 99.99}
	counts := make([]int, len(limits))
	r := rand.New(rand.NewPCG(1, 2))
	for range keys {
		b := rollout.Bucket("share", fmt.Sprintf("tenant-%d", r.Uint64()))
		for i, p := range limits {
			if b < uint64(rollout.PercentOf(p)) {
				counts[i]++
			}
		}
	}
	for i, p := range limits {
		want := keys * p / 100
		sigma := math.Sqrt(want * (1 - p/100))
		if math.Abs(float64(counts[i])-want) > 3*sigma {
			t.Errorf("%v %%: %d of %d keys", p, counts[i], keys)
		}
	}
}

// TestMigrationsAreIndependent: who is early in one is not early in the other.
func TestMigrationsAreIndependent(t *testing.T) {
	both := 0
	for i := range 100_000 {
		key := fmt.Sprint(i)
		if rollout.Bucket("a", key) < uint64(rollout.PercentOf(10)) && rollout.Bucket("b", key) < uint64(rollout.PercentOf(10)) {
			both++
		}
	}
	if both < 900 || both > 1100 {
		t.Errorf("%d of 100000 keys are among the first tenth of both, want about 1000", both)
	}
}

// vector is one line of the published vectors.
type vector struct {
	Salt    string  `json:"salt"`
	Key     string  `json:"key"`
	Bucket  uint64  `json:"bucket"`
	Percent float64 `json:"percent"`
	Active  bool    `json:"active"`
	// By is the rule that decided; those without one have no inputs but the above.
	By     rollout.By `json:"by,omitempty"`
	Kill   bool       `json:"kill,omitempty"`
	Pin    *bool      `json:"pin,omitempty"`
	Denied bool       `json:"denied,omitempty"`
	Allow  bool       `json:"allowed,omitempty"`
	Wrote  *bool      `json:"wrote,omitempty"`
	Kept   bool       `json:"kept,omitempty"`
}

// decide decides a vector.
func (v vector) decide() (bool, rollout.By) {
	return rollout.Decide(rollout.Inputs{
		Salt: v.Salt, Key: v.Key, Percent: rollout.PercentOf(v.Percent), Kill: v.Kill, Pin: v.Pin, Denied: v.Denied, Allowed: v.Allow, Wrote: v.Wrote, Kept: v.Kept,
	})
}

// ordered are vectors of all that a decision depends on, in all ways to combine it.
func ordered() []vector {
	yes, no := true, false
	sides, either := []*bool{nil, &no, &yes}, []bool{false, true}
	var out []vector
	for i := range 576 {
		pick := func(n int) int { k := i % n; i /= n; return k }
		v := vector{Salt: "site-health", Key: []string{"", "acme"}[pick(2)], Percent: []float64{25, 75}[pick(2)]}
		v.Kill, v.Denied, v.Allow, v.Kept = either[pick(2)], either[pick(2)], either[pick(2)], either[pick(2)]
		v.Pin, v.Wrote = sides[pick(3)], sides[pick(3)]
		v.Bucket = rollout.Bucket(v.Salt, v.Key)
		v.Active, v.By = v.decide()
		out = append(out, v)
	}
	return out
}

const vectorsFile = "../docs/rollout-vectors.json"

// TestThePublishedVectors: the function does not change under those who rebuilt it.
func TestThePublishedVectors(t *testing.T) {
	if os.Getenv("UPDATE") != "" {
		writeVectors(t)
	}
	text, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) < 1000 {
		t.Errorf("%d vectors, want 1000 at least", len(list))
	}
	rules := map[rollout.By]int{}
	for _, v := range list {
		if v.By != "" {
			rules[v.By]++
			if active, by := v.decide(); active != v.Active || by != v.By {
				t.Errorf("%+v: active %v by %s", v, active, by)
			}
			continue
		}
		table := rollout.New(rollout.Config{Labels: map[string]rollout.Label{"l": {Migration: v.Salt, Percent: &v.Percent}}})
		active := len(table.Active(tenant(v.Key), []string{"l"})) == 1
		if got := rollout.Bucket(v.Salt, v.Key); got != v.Bucket || active != v.Active {
			t.Errorf("%q %q: bucket %d, active %v; published: %d, %v", v.Salt, v.Key, got, active, v.Bucket, v.Active)
		}
	}
	if len(rules) != 8 {
		t.Errorf("there are vectors of the rules %v, want all eight", rules)
	}
}

func writeVectors(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	keys := []string{"a", "acme", "tenant-1", "00000000-0000-0000-0000-000000000000", "Ünïcödé", "日本語", "a\x00b", strings.Repeat("long", 100)}
	var b strings.Builder
	b.WriteString("[\n")
	var list []vector
	for i := range 1024 {
		v := vector{Salt: []string{"percent", "checkout", "site-health", "m"}[r.IntN(4)], Percent: float64(r.IntN(10_001)) / 100}
		if v.Key = keys[r.IntN(len(keys))]; i >= 64 {
			v.Key = fmt.Sprintf("user-%d", r.IntN(1_000_000))
		}
		v.Bucket = rollout.Bucket(v.Salt, v.Key)
		v.Active = v.Bucket < uint64(rollout.PercentOf(v.Percent))
		list = append(list, v)
	}
	list = append(list, ordered()...)
	for i, v := range list {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		if i < len(list)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]\n")
	if err := os.WriteFile(vectorsFile, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAWrongConfigurationIsNamed(t *testing.T) {
	c := rollout.Config{
		Key:    []rollout.Key{{Claim: "a", Cookie: "b"}, {}},
		Labels: map[string]rollout.Label{"x": {Percent: ptr(101)}, "y": {Allow: []string{"k"}, Deny: []string{"k"}}, "z": {Percent: ptr(math.NaN())}},
	}
	err := c.Validate()
	for _, want := range []string{"rollout.key[0]", "rollout.key[1]", "rollout.labels.x.percent", `rollout.labels.y: "k"`, "rollout.labels.z.percent"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}
