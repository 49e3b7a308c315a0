package config_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ficusgraph/ficus/config"
)

// editor checks a YAML text as an editor does, with the JSON schema.
func editor(t *testing.T) func(text []byte) error {
	t.Helper()
	text, err := config.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("ficus.schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("ficus.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(text []byte) error {
		asJSON, err := yaml.YAMLToJSON(text)
		if err != nil {
			return err
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
		if err != nil {
			return err
		}
		return schema.Validate(value)
	}
}

func TestEditorsAcceptTheDemosConfiguration(t *testing.T) {
	text, err := os.ReadFile("../ficus.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := editor(t)(text); err != nil {
		t.Error(err)
	}
}

func TestEditorsAcceptTheDocumentsConfigurations(t *testing.T) {
	text, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	check := editor(t)
	parts := strings.Split(string(text), "```yaml\n")
	if len(parts) < 3 {
		t.Fatal("the document has no configurations")
	}
	for _, part := range parts[1:] {
		block, _, _ := strings.Cut(part, "```")
		if err := check([]byte(block)); err != nil {
			t.Errorf("%v\n%s", err, block)
		}
	}
}

func TestEditorsRefuseWhatIsNotAKey(t *testing.T) {
	check := editor(t)
	for _, text := range []string{"supergraph: {lisen: x}", "limitz: {}", "connectors: {sources: {a.b: {override: x}}}", "shutdown: {timeout: soon}"} {
		if check([]byte(text)) == nil {
			t.Errorf("%s is accepted", text)
		}
	}
}
