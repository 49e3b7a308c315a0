package planner_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/planner"
	"github.com/ficusgraph/ficus/engine/supergraph"
)

// sharedData is where the rows of public suites lie beside a checkout; without it there is nothing to conform to.
const sharedData = "../../../shared/data"

// atMost is how many fetches the plans of a file may hold in all: what has been reached must not be lost.
var atMost = map[string]int{"audit-rows.jsonl": 399, "hive-plans.jsonl": 289}

// atMostShared is the same where fetches may be shared by several places.
var atMostShared = map[string]int{"audit-rows.jsonl": 392, "hive-plans.jsonl": 277}

// unanswerable are rows of the public suites that no subgraph can answer: the audit expects an error and no data.
var unanswerable = map[string]string{
	"corrupted-supergraph-node-id_0":    "no subgraph can answer Node.id",
	"corrupted-supergraph-node-id_5":    "no subgraph can answer Node.id",
	"non-resolvable-interface-object_1": "no subgraph can answer Node.field",
}

func TestUnanswerableOperationsAreRefused(t *testing.T) {
	eachRow(t, "audit-rows.jsonl", func(r row) {
		why := unanswerable[r.ID]
		if why == "" {
			return
		}
		sg, op := r.parse()
		if _, err := planner.New(sg, planner.Config{}).Plan(op, nil); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", r.ID, err)
		}
	})
}

// TestPublicOperationsArePlanned plans the operations of public suites, and compares how many fetches it takes
// with what the suite's own planner takes, where the suite says so.
func TestPublicOperationsArePlanned(t *testing.T) {
	for _, name := range []string{"audit-rows.jsonl", "hive-plans.jsonl"} {
		total, shared, peer, compared, refused := 0, 0, 0, 0, 0
		eachRow(t, name, func(r row) {
			sg, op := r.operation()
			if op == nil {
				refused++
				return
			}
			plan, err := planner.New(sg, planner.Config{}).Plan(op, nil)
			if err != nil {
				t.Errorf("%s %s/%s: %v", r.ID, r.File, r.Test, err)
				return
			}
			total += len(plan.Fetches)
			if plan, err = planner.New(sg, planner.Config{SharePaths: true}).Plan(op, nil); err != nil {
				t.Errorf("%s %s/%s: %v", r.ID, r.File, r.Test, err)
				return
			}
			shared += len(plan.Fetches)
			if r.Plan == "" {
				return
			}
			theirs := strings.Count(r.Plan, "Fetch(")
			compared += len(plan.Fetches)
			peer += theirs
			if len(plan.Fetches) > theirs {
				t.Logf("%s %s/%s: %d fetches, peer %d", r.ID, r.File, r.Test, len(plan.Fetches), theirs)
			}
		})
		t.Logf("%s: %d fetches, %d where shared (%d operations have no plan); where compared %d, peer %d", name, total, shared, refused, compared, peer)
		if total > atMost[name] || shared > atMostShared[name] {
			t.Errorf("%s: %d fetches (%d shared), were %d (%d)", name, total, shared, atMost[name], atMostShared[name])
		}
	}
}

type row struct{ ID, File, Test, SupergraphSDL, Query, Plan string }

func eachRow(t *testing.T, name string, visit func(row)) {
	t.Helper()
	file, err := os.Open(filepath.Join(sharedData, name))
	if err != nil {
		t.Skipf("no rows: %v", err)
	}
	defer file.Close()
	rows := bufio.NewScanner(file)
	rows.Buffer(nil, 64<<20)
	for rows.Scan() {
		var r row
		if err := json.Unmarshal(rows.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		visit(r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// operation is the row's graph and operation; nil if there is no plan for it, which other tests are about.
func (r row) operation() (*supergraph.Supergraph, *operation.Operation) {
	if unanswerable[r.ID] != "" {
		return nil, nil
	}
	return r.parse()
}

// parse is the row's graph and operation; nil if they are not valid.
func (r row) parse() (*supergraph.Supergraph, *operation.Operation) {
	sg, err := supergraph.Read(r.ID, r.SupergraphSDL)
	if err != nil {
		return nil, nil
	}
	op, err := decided(sg, r.Query)
	if err != nil {
		return nil, nil
	}
	return sg, op
}

// decided is the only operation of a text, with all conditional variables false.
func decided(sg *supergraph.Supergraph, query string) (*operation.Operation, error) {
	doc, err := operation.Parse(sg.API, query, operation.Limits{})
	if err != nil {
		return nil, err
	}
	p, err := doc.Operation("")
	if err != nil {
		return nil, err
	}
	return p.Decide(0)
}
