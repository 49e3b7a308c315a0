package supergraph_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// shared is where the rows of public suites lie beside a checkout; without it there is nothing to conform to.
const shared = "../../../shared/data"

// refused are the rows whose SDL is not valid GraphQL, with what is wrong with each.
var refused = map[string]string{
	"hp106": "Undefined type boolean", // written in small letters; no scalar of that name is defined
	"hp107": "Undefined type boolean",
}

func TestPublicSupergraphsAreRead(t *testing.T) {
	for _, name := range []string{"audit-rows.jsonl", "hive-plans.jsonl"} {
		file, err := os.Open(filepath.Join(shared, name))
		if err != nil {
			t.Skipf("no rows: %v", err)
		}
		rows := bufio.NewScanner(file)
		rows.Buffer(nil, 64<<20)
		for rows.Scan() {
			var row struct{ ID, SupergraphSDL string }
			if err := json.Unmarshal(rows.Bytes(), &row); err != nil {
				t.Fatal(err)
			}
			_, err := supergraph.Read(row.ID, row.SupergraphSDL)
			if want := refused[row.ID]; (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", row.ID, err, want)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
	}
}
