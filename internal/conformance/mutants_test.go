package conformance_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/engine/composition"
	"github.com/ficusgraph/ficus/internal/conformance"
)

const shared = "../../../shared"

// mostSubgraphs is how many subgraphs a set may have of which mutants are made.
const mostSubgraphs = 14

// TestMutants changes public sets in one or two places and compares what composition says of each with what Apollo
// says: the verdict and the API schema always, the codes of the errors in 99 of 100. FICUS_JUDGE is an installed copy
// of ../shared/judge. The run ends after a minute or 4,000 mutants; FICUS_MUTANTS=20000 makes that many however long it
// takes, FICUS_SEED=2 makes others, FICUS_DIFFER=FILE keeps what differed.
func TestMutants(t *testing.T) {
	judge := os.Getenv("FICUS_JUDGE")
	if judge == "" {
		t.Skip("FICUS_JUDGE names no installed copy of ../shared/judge; make conformance makes one")
	}
	sets := append(publicSets(t), auditSets(t, judge)...)
	oracle, err := conformance.StartOracle(t.Context(), judge)
	if err != nil {
		t.Fatal(err)
	}
	seed, most := number(t, "FICUS_SEED", 1), number(t, "FICUS_MUTANTS", 4000)
	patience := time.Minute
	if os.Getenv("FICUS_MUTANTS") != "" {
		patience = time.Hour
	}
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	var sc mutantScore
	for end := time.Now().Add(patience); sc.mutants < most && time.Now().Before(end); {
		mutant, changes, err := conformance.Mutate(rng, sets[rng.IntN(len(sets))])
		if err != nil || len(changes) == 0 {
			continue
		}
		mutant.ID = fmt.Sprintf("%s of seed %d, mutant %d (%s)", mutant.ID, seed, sc.mutants, strings.Join(changes, "; "))
		verdict, err := oracle.Judge(mutant)
		if err != nil {
			t.Fatal(err)
		}
		sc.count(t, mutant, verdict)
	}
	if err := oracle.Close(); err != nil {
		t.Error(err)
	}
	t.Logf("%+v", sc)
	if sc.mutants < 200 {
		t.Errorf("%d mutants in a minute are too few to judge by", sc.mutants)
	}
	if sc.verdict+sc.broke+sc.excused < sc.mutants || sc.schema < sc.accepted || sc.codes*100 < sc.rejected*99 {
		t.Error("the bars are: every verdict, every API schema, 99 of 100 sets of codes")
	}
}

// mutantScore counts mutants on which both agree. Where the oracle broke, it gave nothing to compare with.
type mutantScore struct{ mutants, verdict, accepted, schema, rejected, codes, broke, excused int }

func (sc *mutantScore) count(t *testing.T, s conformance.Set, v *conformance.Verdict) {
	sc.mutants++
	var subs []composition.Subgraph
	for _, sub := range s.Subgraphs {
		subs = append(subs, composition.Subgraph{Name: sub.Name, URL: sub.URL, SDL: sub.SDL})
	}
	defer func() {
		if r := recover(); r != nil {
			differ(t, s, "panic: %v\n%s", r, debug.Stack())
			t.Error("composition panics")
		}
	}()
	res, err := composition.Compose(subs)
	if v.Broke() {
		sc.broke++
		return
	}
	if err != nil && v.OK && excused(err) {
		sc.excused++
		return
	}
	if (err == nil) != v.OK {
		differ(t, s, "got %v\nwant %v", err, v.Errors)
		return
	}
	sc.verdict++
	if err != nil {
		sc.rejected++
		if got, want := codesOf(err), codesOfVerdict(v); !slices.Equal(got, want) {
			differ(t, s, "got %v\nwant %v", err, v.Errors)
			return
		}
		sc.codes++
		return
	}
	sc.accepted++
	if more, less := conformance.Difference(apiFacts(t, res.APISchemaSDL), apiFacts(t, v.SupergraphSDL)); len(more)+len(less) > 0 {
		differ(t, s, "API schema\n+%s\n-%s", strings.Join(more, "\n+"), strings.Join(less, "\n-"))
		return
	}
	sc.schema++
}

// excused are refusals where Apollo accepts what is not GraphQL; docs/conformance.md says why each.
func excused(err error) bool {
	var errs composition.Errors
	if !errors.As(err, &errs) {
		return false
	}
	return !slices.ContainsFunc(errs, func(e *composition.Error) bool {
		kind := strings.HasPrefix(e.Message, "Cannot extend type ") && strings.Contains(e.Message, " as another kind of type")
		twice := strings.HasPrefix(e.Message, "Value ") && strings.Contains(e.Message, " already exists on ")
		return !kind && !twice
	})
}

func apiFacts(t *testing.T, sdl string) []string {
	t.Helper()
	facts, err := conformance.Facts(sdl, true)
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

// differ says what differed and, with FICUS_DIFFER, keeps the mutant.
func differ(t *testing.T, s conformance.Set, format string, args ...any) {
	t.Helper()
	text := s.ID + "\n" + fmt.Sprintf(format, args...)
	t.Log(text)
	path := os.Getenv("FICUS_DIFFER")
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fmt.Fprintf(file, "==== %s\n", text)
	for _, sub := range s.Subgraphs {
		fmt.Fprintf(file, "-- %s.graphql --\n%s", sub.Name, sub.SDL)
	}
}

func codesOf(err error) []string {
	var errs composition.Errors
	if !errors.As(err, &errs) {
		return []string{"no composition.Errors"}
	}
	var out []string
	for _, e := range errs {
		out = append(out, string(e.Code))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// codesOfVerdict are the oracle's; what the library beneath raises has none.
func codesOfVerdict(v *conformance.Verdict) []string {
	var out []string
	for _, e := range v.Errors {
		if e.Code == "" {
			e.Code = string(composition.InvalidGraphQL)
		}
		out = append(out, e.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func publicSets(t *testing.T) []conformance.Set {
	t.Helper()
	sets, err := conformance.ReadSets(filepath.Join(shared, "data", "guild-composition.jsonl"))
	if err != nil {
		t.Skip(err)
	}
	return slices.DeleteFunc(sets, func(s conformance.Set) bool { return len(s.Subgraphs) > mostSubgraphs })
}

// auditSets are the subgraphs of the audit, extracted from its supergraphs.
func auditSets(t *testing.T, judge string) []conformance.Set {
	t.Helper()
	script, err := filepath.Abs("subgraphs.mjs")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := filepath.Abs(filepath.Join(shared, "data", "audit-rows.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", script, rows)
	cmd.Dir = judge
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = out
	err = errors.Join(cmd.Run(), out.Close())
	if err != nil {
		t.Fatal(err)
	}
	sets, err := conformance.ReadSets(path)
	if err != nil || len(sets) == 0 {
		t.Fatalf("%d sets of the audit: %v", len(sets), err)
	}
	return sets
}

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
