package auth_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/ficusgraph/ficus/auth"
)

// others are the cases where what is done here is not what Wycheproof says of the signature, and why.
var others = map[string]string{
	"wp-346": "refused: the key is for PS256, the token is signed with PS384 (RFC 7517, 4.4)",
	"wp-347": "refused: the key's algorithm, ES521, does not exist",
	"wp-350": "refused: the key is for PS256, the token is signed with PS384 (RFC 7517, 4.4)",
	"wp-351": "refused: the key's algorithm, ES521, does not exist",
	"wp-372": "refused: a character that is not base64url in the header",
	"wp-373": "refused: a character that is not base64url in the payload",
	"wp-367": "the bad padding that it is named for was lost: its bytes are a well-formed token with the right MAC",
	"wp-370": "the same bytes as wp-367",
}

// TestWycheproof: the signatures of C2SP's Wycheproof. Its payloads are no claims, so none of its tokens gets
// in; one whose signature is accepted is refused for its payload alone.
func TestWycheproof(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", "jws-wycheproof.jsonl"))
	if err != nil {
		t.Skip("the data is not beside this checkout")
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	rows := 0
	for lines.Scan() {
		var row struct {
			ID, Comment, JWS string
			JWK              json.RawMessage
			Valid            bool
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		rows++
		_, other := others[row.ID]
		accepted, err := accepts(t, row.JWK, row.JWS)
		if err == nil {
			t.Errorf("%s %s: got in", row.ID, row.Comment)
		}
		if want := row.Valid != other; accepted != want {
			t.Errorf("%s %s: accepted %v, want %v (%v)", row.ID, row.Comment, accepted, want, err)
		}
	}
	if err := lines.Err(); err != nil || rows < 400 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

// accepts says whether the signature is accepted.
func accepts(t *testing.T, jwk json.RawMessage, token string) (bool, error) {
	t.Helper()
	v, err := auth.New(auth.Config{Router: auth.Router{JWT: &auth.JWT{JWKS: []auth.KeySet{{Key: string(jwk)}}}}}, auth.Parts{})
	if err != nil {
		// The key is refused, and with it whatever it signed.
		return false, err
	}
	defer v.Close()
	_, err = v.Verify(t.Context(), token)
	return reason(t, err) == auth.ReasonPayload, err
}
