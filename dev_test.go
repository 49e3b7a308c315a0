package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// TestASavedFieldAnswersWithinASecond in dev: each time that a schema's file is saved with one field more, from the
// saving to the first answer that has it. That a service of the graph does not answer delays nothing.
func TestASavedFieldAnswersWithinASecond(t *testing.T) {
	if testing.Short() {
		t.Skip("measures times")
	}
	built := serving(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"data":{"_service":{"sdl":"type Query { built: Int }"}}}`)
	})
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(hanging.Close)
	for name, others := range map[string]string{
		"all answer":   "  built: { routing_url: " + built.URL + ", schema: { sdl: 'type Query { built: Int planned: Int }' } }\n",
		"one is stuck": "  stuck: { routing_url: " + hanging.URL + ", schema: { sdl: 'type Query { stuck: Int }' } }\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir, address := t.TempDir(), free.Address(t)
			writeIn(t, dir, "ficus.yaml", "supergraph: { listen: '"+address+"' }\nadmin: { listen: off }\nsubgraphs:\n"+
				"  page: { mock: always, schema: { file: page.graphql } }\n"+others)
			writeIn(t, dir, "page.graphql", "type Query { field0: Int! }\n")
			startIn(t, dir, "dev").line("serving")
			for i := 1; i <= 6; i++ {
				took := saved(t, dir, address, i)
				t.Logf("answered after %s", took)
				if took > time.Second {
					t.Errorf("answered after %s", took)
				}
				time.Sleep(time.Duration(i) * 70 * time.Millisecond) // so that the files are looked at soon, and late
			}
		})
	}
}

// saved saves the schema with one field more, and measures until that is answered.
func saved(t *testing.T, dir, address string, i int) time.Duration {
	t.Helper()
	name := fmt.Sprintf("field%d", i)
	start := time.Now()
	writeIn(t, dir, "page.graphql", "type Query { field0: Int! "+name+": Int! }\n")
	for {
		got := askMocked(t, address, "{ "+name+" }")
		if strings.Contains(got.body, `{"data":{"`+name+`":`) {
			return time.Since(start)
		}
		if time.Since(start) > 20*time.Second {
			t.Fatalf("not answered: %s", got.body)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
