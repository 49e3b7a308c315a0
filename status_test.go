package main_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/internal/free"
)

// statusFolder is a folder with a graph of mocks, and the addresses that it is served at.
func statusFolder(t *testing.T, admin string) (dir, public, operators string) {
	t.Helper()
	dir, public, operators = mockFolder(t), free.Address(t), free.Address(t)
	writeIn(t, dir, "ficus.yaml", "supergraph: { listen: "+public+" }\nenvironment: dev\nadmin: { listen: \""+operators+"\", "+admin+" }\ncontract: { owners: OWNERS.yaml }\n"+
		"subgraphs: { shop: { mock: always, schema: { file: shop.graphql } } }\n")
	writeIn(t, dir, "OWNERS.yaml", "Cart: checkout\nProduct: catalog\n")
	writeIn(t, dir, "operations/cart.graphql", "query Cart { cart { note } }")
	return dir, public, operators
}

// TestARunningGatewaySaysHowFarItsContractIsKept to whoever has the token, and to no website.
func TestARunningGatewaySaysHowFarItsContractIsKept(t *testing.T) {
	const token = "sixteen characters or more"
	dir, public, operators := statusFolder(t, "token: \"${env.FICUS_ADMIN_TOKEN}\"")
	cmd := exec.Command(binary, "serve", "--hot-reload")
	cmd.Dir, cmd.Env = dir, append(cmd.Environ(), "FICUS_ADMIN_TOKEN="+token)
	run(t, cmd).line("serving")
	ficus := func(args ...string) (string, int) {
		c := exec.Command(binary, append([]string{"status", "--url", "http://" + operators}, args...)...)
		c.Dir, c.Env = dir, append(c.Environ(), "FICUS_ADMIN_TOKEN="+token)
		out, _ := c.CombinedOutput()
		return string(out), c.ProcessState.ExitCode()
	}
	out, code := ficus("--operations", "operations", "--fail-on", "operations")
	for _, want := range []string{
		"shop      mock   0            6", "checkout   0            2", "(no team)  0            2",
		"operations/cart.graphql Cart: mocked: Cart.note, Query.cart", "0 of 1 saved operation (0 %)", "error: 1 of 1 saved operation not ready",
	} {
		if !strings.Contains(out, want) || code != 1 {
			t.Errorf("exit code %d, no %q in\n%s", code, want, out)
		}
	}
	if got := send(t, http.MethodGet, "http://"+operators+"/api/v1/status", nil, nil); got.status != 401 || !strings.Contains(got.body, `{"error":{"code":"UNAUTHENTICATED"`) {
		t.Errorf("without the token: HTTP %d %s", got.status, got.body)
	}
	if got := send(t, http.MethodGet, "http://"+public+"/api/v1/status", nil, http.Header{"Authorization": {"Bearer " + token}}); got.status != 404 {
		t.Errorf("on the public listener: HTTP %d %s", got.status, got.body)
	}
	for _, path := range []string{"/health", "/metrics"} {
		if got := send(t, http.MethodGet, "http://"+operators+path, nil, nil); got.status != 200 {
			t.Errorf("%s without the token: HTTP %d", path, got.status)
		}
	}
	writeIn(t, dir, "OWNERS.yaml", "Cart: payments\n")
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if out, _ := ficus(); strings.Contains(out, "payments") {
			return
		}
		if time.Since(start) > 20*time.Second {
			t.Fatal("the changed owners file is not followed")
		}
	}
}

// TestWithoutATokenOperatorsAreOnThisMachine: the gateway does not start where others could be.
func TestWithoutATokenOperatorsAreOnThisMachine(t *testing.T) {
	dir, _, operators := statusFolder(t, "")
	startIn(t, dir, "serve").line("serving")
	if got := send(t, http.MethodGet, "http://"+operators+"/api/v1/status", nil, nil); got.status != 200 || !strings.Contains(got.body, `"state":"mocked"`) {
		t.Errorf("HTTP %d %s", got.status, got.body)
	}
	if got := send(t, http.MethodGet, "http://"+operators+"/api/v1/status", nil, http.Header{"Origin": {"https://evil.example"}}); got.status != 403 {
		t.Errorf("from another website: HTTP %d %s", got.status, got.body)
	}
	dir, _, operators = statusFolder(t, "")
	_, port, _ := strings.Cut(operators, ":")
	writeIn(t, dir, "ficus.yaml", "environment: dev\nsupergraph: { listen: \"127.0.0.1:0\" }\nadmin: { listen: \"0.0.0.0:"+port+"\" }\nsubgraphs: { shop: { mock: always, schema: { file: shop.graphql } } }\n")
	startIn(t, dir, "serve").line("can be asked from other machines, and there is no admin.token")
}
