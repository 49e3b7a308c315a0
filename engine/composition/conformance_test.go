package composition_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/internal/conformance"
)

// verdict is what another composer said of a set of subgraphs.
type verdict struct {
	ID        string `json:"id"`
	Subgraphs []struct{ Name, URL, SDL string }
	Apollo    *struct {
		Errors        []struct{ Code, Message string }
		SupergraphSdl string
		Hints         []struct{ Code, Message string }
	}
}

func (v *verdict) input() []composition.Subgraph {
	var out []composition.Subgraph
	for _, s := range v.Subgraphs {
		out = append(out, composition.Subgraph{Name: s.Name, URL: s.URL, SDL: s.SDL})
	}
	return out
}

// score counts the sets on which the verdicts agree.
type score struct {
	sets, verdict, rejected, codes, accepted, api, supergraph int
}

// TestConformance composes the sets of a public collection, beside which Apollo's verdict is recorded.
// The floors are what was reached; a lower score is a regression.
func TestConformance(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "guild-composition.jsonl")
	if p := os.Getenv("FICUS_VERDICTS"); p != "" {
		path = p
	}
	sc := play(t, path)
	t.Logf("%+v", sc)
	if os.Getenv("FICUS_VERDICTS") != "" {
		return
	}
	floor := score{verdict: 1904, codes: 922, api: 982, supergraph: 982}
	if sc.verdict < floor.verdict || sc.codes < floor.codes || sc.api < floor.api || sc.supergraph < floor.supergraph {
		t.Errorf("got %+v, want at least %+v", sc, floor)
	}
}

func play(t *testing.T, path string) score {
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("no verdicts to compare with: %v", err)
	}
	defer f.Close()
	var sc score
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if only := os.Getenv("FICUS_ONLY"); only != "" && only != v.ID {
			continue
		}
		if v.Apollo != nil {
			compare(t, &v, &sc)
		}
	}
	return sc
}

func compare(t *testing.T, v *verdict, sc *score) {
	sc.sets++
	res, err := composition.Compose(v.input())
	if os.Getenv("FICUS_ONLY") != "" {
		t.Logf("%v\n%v", err, res)
	}
	want := v.Apollo.SupergraphSdl
	if (err == nil) != (want != "") {
		t.Logf("%s: got error %v, want errors %v", v.ID, err, v.Apollo.Errors)
		return
	}
	sc.verdict++
	if err != nil {
		sc.rejected++
		var wantCodes []string
		for _, e := range v.Apollo.Errors {
			if e.Code == "" { // raised by the library beneath, which has no codes
				e.Code = string(composition.InvalidGraphQL)
			}
			wantCodes = append(wantCodes, e.Code)
		}
		if got, want := codes(err), unique(wantCodes); !slices.Equal(got, want) {
			t.Logf("%s: got %v, want %v", v.ID, err, v.Apollo.Errors)
		} else {
			sc.codes++
		}
		return
	}
	sc.accepted++
	if a, b := conformance.Difference(facts(t, res.APISchemaSDL, true), facts(t, want, true)); len(a)+len(b) > 0 {
		t.Logf("%s: API schema\n+%s\n-%s", v.ID, strings.Join(a, "\n+"), strings.Join(b, "\n-"))
	} else {
		sc.api++
	}
	if a, b := conformance.Difference(facts(t, res.SupergraphSDL, false), facts(t, want, false)); len(a)+len(b) > 0 {
		t.Logf("%s: supergraph\n+%s\n-%s", v.ID, strings.Join(a, "\n+"), strings.Join(b, "\n-"))
	} else {
		sc.supergraph++
	}
}

func codes(err error) []string {
	var errs composition.Errors
	if !errors.As(err, &errs) {
		return []string{"no composition.Errors"}
	}
	var out []string
	for _, e := range errs {
		out = append(out, string(e.Code))
	}
	return unique(out)
}

func unique(in []string) []string {
	out := slices.Clone(in)
	sort.Strings(out)
	return slices.Compact(out)
}

func facts(t *testing.T, sdl string, api bool) []string {
	t.Helper()
	out, err := conformance.Facts(sdl, api)
	if err != nil {
		t.Fatalf("%v in\n%s", err, sdl)
	}
	return out
}
