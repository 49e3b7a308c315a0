package executor_test

import (
	"bytes"
	"encoding/json"
	"testing"
)

// indented is JSON for people: a member a line, but errors, which are read as a whole, a line each.
func indented(t *testing.T, text []byte) string {
	t.Helper()
	var response struct {
		Data   json.RawMessage   `json:"data"`
		Errors []json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(text, &response); err != nil {
		t.Fatalf("response is not JSON: %v\n%s", err, text)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, response.Data, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	for _, e := range response.Errors {
		b.Write(e)
		b.WriteByte('\n')
	}
	return b.String()
}
