package cli_test

import (
	"os"
	"strings"
	"testing"
)

const accounts = `openapi: 3.0.3
info: { title: Accounts, version: "1" }
servers: [{ url: "https://accounts.example" }]
paths:
  /users/{id}:
    get:
      operationId: getUserDto
      tags: [users]
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/UserDto" } } } } }
  /picture: { get: { operationId: picture, responses: { "200": { description: ok, content: { image/png: {} } } } } }
components:
  schemas:
    UserDto: { type: object, required: [id], properties: { id: { type: string }, nm: { type: string } } }
`

func TestImportOpenAPI(t *testing.T) {
	files := map[string]string{
		"spec.yaml":  accounts,
		"names.yaml": "UserDto: Person\nUserDto.nm: fullName\n",
		"list.yaml":  "- UserDto\n",
		"other.yaml": "subgraphs: {}\n",
	}
	runIn(t, files, "version")
	for _, test := range []struct {
		args      []string
		code      int
		out, errs string
	}{
		{[]string{"spec.yaml"}, 0, "type UserDto @key(fields: \"id\")", "warning: spec.yaml:11: #/paths/~1picture/get/responses/200: it answers with image/png"},
		{[]string{"spec.yaml"}, 0, "userDto(id: ID!): UserDto", "imported 1 of 2 operations, with 1 warnings"},
		{[]string{"spec.yaml", "--include", "tag:users", "--rename", "UserDto=User", "--source", "accounts"}, 0, "source: \"accounts\"", "imported 1 of 1 operations, with 0 warnings"},
		{[]string{"spec.yaml", "--map", "names.yaml", "--rename", "UserDto=User", "--exclude", "operation:picture"}, 0, "fullName: nm?", "imported 1 of 1 operations, with 0 warnings"},
		{[]string{"spec.yaml", "--rename", "User=Person"}, 0, "type UserDto", "rename User=Person: there is nothing of that name"},
		{[]string{"spec.yaml", "--map", "list.yaml"}, 1, "", "list.yaml"},
		{[]string{"spec.yaml", "--rename", "User"}, 2, "", "--rename User: write from=to"},
		{[]string{"spec.yaml", "--include", "users"}, 1, "", "write tag:NAME, path:/glob/* or operation:ID"},
		{[]string{"other.yaml"}, 1, "", "other.yaml: it is no OpenAPI description"},
		{[]string{"gone.yaml"}, 1, "", "gone.yaml"},
		{[]string{}, 2, "", "takes the file of a description"},
	} {
		code, out, errs, _ := runHere(t, append([]string{"import", "openapi"}, test.args...)...)
		if code != test.code || !strings.Contains(out, test.out) || !strings.Contains(errs, test.errs) {
			t.Errorf("%v: exit code %d, want %d with %q and %q\n%s%s", test.args, code, test.code, test.out, test.errs, out, errs)
		}
	}
	if code, out, errs, _ := runHere(t, "import", "openapi", "spec.yaml", "--out", "users.graphql"); code != 0 || out != "" {
		t.Errorf("exit code %d, output %q\n%s", code, out, errs)
	}
	text, err := os.ReadFile("users.graphql")
	if err != nil || !strings.Contains(string(text), "baseURL: \"https://accounts.example\"") {
		t.Errorf("%v: %s", err, text)
	}
	if code, _, errs, _ := runHere(t, "import"); code != 2 || !strings.Contains(errs, "name what to import") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
