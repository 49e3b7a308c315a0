package owners_test

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/owners"
)

// TestASchemaIsAskedForAsFetchesAre: a service whose certificate only the configuration's authority signed is asked
// for its schema, and one that is trusted by nobody is not.
func TestASchemaIsAskedForAsFetchesAre(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"_service": map[string]any{"sdl": "type Query { a: Int }"}}})
	}))
	t.Cleanup(s.Close)
	cfg := &config.Config{Name: "ficus.yaml", Subgraphs: map[string]config.Subgraph{
		"a": {RoutingURL: s.URL, Schema: config.Schema{SubgraphURL: s.URL}},
	}}
	if _, err := owners.Compose(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v, want an error about the certificate", err)
	}
	cfg.Traffic.TLS.Subgraph.All.CertificateAuthorities = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	if _, err := owners.Compose(t.Context(), cfg); err != nil {
		t.Error(err)
	}
}
