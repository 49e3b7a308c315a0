package monolith_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	monolith "github.com/ficusgraph/ficus/monolith-adapter"
)

// TestFaults checks the schema of each scenario in testdata/check: `faults` is all that is said of it, at once.
func TestFaults(t *testing.T) {
	scenarios(t, "testdata/check/*.txtar", func(t *testing.T, a *txtar.Archive) map[string]string {
		warnings, err := monolith.Inspect("legacy", "legacy.graphql", section(a, "legacy.graphql"))
		out := map[string]string{"faults": ""}
		if err != nil {
			out["faults"] = err.Error() + "\n"
		}
		if len(warnings) > 0 {
			out["warnings"] = warnings.Error() + "\n"
		}
		return out
	})
}

// codes are those by which faults of connectors are known.
var codes = strings.Fields(`
	NO_SOURCE_IMPORT DUPLICATE_SOURCE_NAME DUPLICATE_ID_NAME INVALID_SOURCE_NAME EMPTY_SOURCE_NAME
	INVALID_CONNECTOR_ID_NAME INVALID_URL INVALID_URL_SCHEME INVALID_URL_PROPERTY SOURCE_NAME_MISMATCH
	NO_SOURCES_DEFINED ABSOLUTE_CONNECT_URL_WITH_SOURCE RELATIVE_CONNECT_URL_WITHOUT_SOURCE MULTIPLE_HTTP_METHODS
	MISSING_HTTP_METHOD ENTITY_NOT_ON_ROOT_QUERY ENTITY_RESOLVER_ARGUMENT_MISMATCH ENTITY_TYPE_INVALID
	MISSING_ENTITY_CONNECTOR INVALID_SELECTION INVALID_BODY INVALID_ERRORS_MESSAGE INVALID_IS_SUCCESS INVALID_HEADER
	HTTP_HEADER_NAME_COLLISION CIRCULAR_REFERENCE SELECTED_FIELD_NOT_FOUND GROUP_SELECTION_IS_NOT_OBJECT
	GROUP_SELECTION_REQUIRED_FOR_OBJECT CONNECTORS_UNSUPPORTED_FEDERATION_DIRECTIVE
	CONNECTORS_UNSUPPORTED_ABSTRACT_TYPE CONNECTORS_UNRESOLVED_FIELD CONNECTORS_FIELD_WITH_ARGUMENTS
	CONNECTORS_BATCH_KEY_NOT_IN_SELECTION CONNECTORS_NON_ROOT_BATCH_KEY CONNECTORS_CANNOT_RESOLVE_KEY
	UNDEFINED_ARGUMENT UNDEFINED_FIELD UNSUPPORTED_VARIABLE_TYPE UNKNOWN_CONNECTORS_VERSION
	CONNECT_ON_TYPE_MUST_BE_ENTITY CONNECT_ON_ROOT CONNECT_BATCH_AND_THIS SUBSCRIPTION_IN_CONNECTORS
	MISSING_SCHEMA_TYPE GRAPHQL_ERROR`)

var coded = regexp.MustCompile(`(?m)^legacy\.graphql:\d+:\d+: ([A-Z_0-9]+): `)

// TestEachCodeHasAScenario holds that every code occurs in one, with its place, and is explained; no other occurs.
func TestEachCodeHasAScenario(t *testing.T) {
	files, err := filepath.Glob("testdata/check/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range coded.FindAllStringSubmatch(string(data), -1) {
			if seen[m[1]] = true; !slices.Contains(codes, m[1]) {
				t.Errorf("%s: %s is not a known code", file, m[1])
			}
		}
	}
	explained, err := os.ReadFile("../docs/connector-errors.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range codes {
		if !seen[code] {
			t.Errorf("no scenario has %s", code)
		}
		if !regexp.MustCompile(`(?m)^\| ([A-Z_]+, )?` + code + `\b`).Match(explained) {
			t.Errorf("docs/connector-errors.md does not explain %s", code)
		}
	}
}
