package auth_test

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ficusgraph/ficus/auth"
)

// raw signs any text as header and payload, as an issuer would that is careless or has been taken over.
func raw(t testing.TB, header, payload string) string {
	t.Helper()
	text := b64(header) + "." + b64(payload)
	sig, err := jwt.SigningMethodRS256.Sign(text, keys().rsa)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// bodyWith are the good claims with some text of JSON before them.
func bodyWith(members string) string {
	claims, _ := json.Marshal(good(nil))
	return "{" + members + string(claims[1:])
}

// without are the good claims without those, and with the text.
func without(names, members string) string {
	edit := map[string]any{}
	for n := range strings.FieldsSeq(names) {
		edit[n] = nil
	}
	claims, _ := json.Marshal(good(edit))
	return "{" + members + string(claims[1:])
}

const rs256 = `{"alg":"RS256","kid":"k1"}`

// TestCorpus is what RFC 7515, 7519 and 8725 warn of, and what stands beside it and is good. Each token is signed
// by the right key unless its name says otherwise.
func TestCorpus(t *testing.T) {
	k := keys()
	v := verifier(t, auth.JWT{JWKS: []auth.KeySet{{
		Key: rsaJWK(k.rsa, "k1", nil), Issuers: []string{"https://id.test", "https://caf\u00e9.test"}, Audiences: []string{"graph"},
	}}}, auth.Parts{})
	unix := func(d time.Duration) int64 { return now.Add(d).Unix() }
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for _, c := range []struct {
		name, section, token string
		want                 auth.Reason
	}{
		{"good", "7519-7.2", raw(t, rs256, bodyWith("")), ""},
		{"spaces in JSON", "7519-7.2", raw(t, "\r\n { \"alg\" : \"RS256\",\n\"kid\":\"k1\"} ", " "+bodyWith("")+"\n"), ""},
		{"header members nobody knows", "7515-4", raw(t, `{"alg":"RS256","kid":"k1","x":{"y":[1]}}`, bodyWith("")), ""},
		{"no kid", "7515-4.1.4", raw(t, `{"alg":"RS256"}`, bodyWith("")), ""},

		{"alg none", "8725-2.1", b64(`{"alg":"none"}`) + "." + b64(bodyWith("")) + ".", auth.ReasonAlgorithm},
		{"alg None", "8725-2.1", raw(t, `{"alg":"None"}`, bodyWith("")), auth.ReasonAlgorithm},
		{"alg NONE", "8725-2.1", raw(t, `{"alg":"NONE"}`, bodyWith("")), auth.ReasonAlgorithm},
		{"alg none with a space", "8725-2.1", raw(t, `{"alg":"none "}`, bodyWith("")), auth.ReasonAlgorithm},
		{"alg none with a NUL", "8725-2.1", raw(t, `{"alg":"none\u0000"}`, bodyWith("")), auth.ReasonAlgorithm},
		{"alg none, escaped", "8725-2.1", raw(t, `{"\u0061lg":"n\u006fne"}`, bodyWith("")), auth.ReasonAlgorithm},
		{"alg empty", "7515-4.1.1", raw(t, `{"alg":""}`, bodyWith("")), auth.ReasonAlgorithm},
		{"alg null", "7515-4.1.1", raw(t, `{"alg":null}`, bodyWith("")), auth.ReasonMalformed},
		{"alg of JWE", "7516-4.1.1", raw(t, `{"alg":"RSA-OAEP","enc":"A256GCM"}`, bodyWith("")), auth.ReasonAlgorithm},
		{"alg of a password", "8725-2.4", raw(t, `{"alg":"PBES2-HS256+A128KW","p2c":2147483647}`, bodyWith("")), auth.ReasonAlgorithm},
		{"alg ES256K", "8725-3.2", raw(t, `{"alg":"ES256K"}`, bodyWith("")), auth.ReasonAlgorithm},
		{"alg HS256 by the public key in PEM", "8725-2.1", sign(t, jwt.SigningMethodHS256, []byte(public(t, k.rsa)), kid("k1"), good(nil)), auth.ReasonKey},
		{"alg HS256 by the public key in JSON", "8725-2.1", sign(t, jwt.SigningMethodHS256, []byte(rsaJWK(k.rsa, "k1", nil)), kid("k1"), good(nil)), auth.ReasonKey},
		{"alg HS256 by the modulus", "8725-2.1", sign(t, jwt.SigningMethodHS256, k.rsa.N.Bytes(), kid("k1"), good(nil)), auth.ReasonKey},
		{"alg HS256 by nothing", "8725-2.1", sign(t, jwt.SigningMethodHS256, []byte{}, kid("k1"), good(nil)), auth.ReasonKey},
		{"alg twice", "7515-4", raw(t, `{"alg":"RS256","kid":"k1","alg":"none"}`, bodyWith("")), auth.ReasonMalformed},
		{"alg twice, escaped once", "7515-4", raw(t, `{"alg":"RS256","\u0061lg":"none"}`, bodyWith("")), auth.ReasonMalformed},
		{"ALG beside alg", "7515-4", raw(t, `{"alg":"RS256","ALG":"none","Kid":"x"}`, bodyWith("")), ""},
		{"ALG alone", "7515-4", raw(t, `{"ALG":"RS256"}`, bodyWith("")), auth.ReasonAlgorithm},

		{"kid with a path", "8725-3.10", raw(t, `{"alg":"RS256","kid":"../../../dev/null"}`, bodyWith("")), auth.ReasonKey},
		{"kid with SQL", "8725-3.10", raw(t, `{"alg":"RS256","kid":"x' UNION SELECT 'k1"}`, bodyWith("")), auth.ReasonKey},
		{"kid is a URL", "8725-3.10", raw(t, `{"alg":"RS256","kid":"http://127.0.0.1:9090/"}`, bodyWith("")), auth.ReasonKey},
		{"kid very long", "8725-3.10", raw(t, `{"alg":"RS256","kid":"`+strings.Repeat("k1", 2000)+`"}`, bodyWith("")), auth.ReasonKey},
		{"kid with a NUL behind", "8725-3.10", raw(t, `{"alg":"RS256","kid":"k1\u0000"}`, bodyWith("")), auth.ReasonKey},
		{"kid is a number", "7515-4.1.4", raw(t, `{"alg":"RS256","kid":1}`, bodyWith("")), auth.ReasonMalformed},
		{"kid is null", "7515-4.1.4", raw(t, `{"alg":"RS256","kid":null}`, bodyWith("")), auth.ReasonMalformed},
		{"kid is an object", "7515-4.1.4", raw(t, `{"alg":"RS256","kid":{"$ne":""}}`, bodyWith("")), auth.ReasonMalformed},
		{"jku, jwk, x5u, x5c of another", "8725-3.10", sign(t, jwt.SigningMethodRS256, k.other, map[string]any{
			"kid": "k1", "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/", "x5c": []string{"AAAA"}, "jwk": json.RawMessage(rsaJWK(k.other, "k1", nil)),
		}, good(nil)), auth.ReasonSignature},
		{"jku and jwk are not looked at where the key is right", "7515-4.1.2", raw(t, `{"alg":"RS256","kid":"k1","jku":"http://127.0.0.1:1/","jwk":7}`, bodyWith("")), ""},

		{"crit", "7515-4.1.11", raw(t, `{"alg":"RS256","crit":["exp"],"exp":1}`, bodyWith("")), auth.ReasonMalformed},
		{"crit is null", "7515-4.1.11", raw(t, `{"alg":"RS256","crit":null}`, bodyWith("")), auth.ReasonMalformed},
		{"b64 false", "7797-7", raw(t, `{"alg":"RS256","b64":false}`, bodyWith("")), auth.ReasonMalformed},
		{"b64 true", "7797-3", raw(t, `{"alg":"RS256","b64":true}`, bodyWith("")), ""},
		{"payload that is not encoded", "7797-7", notEncoded(t), auth.ReasonMalformed},
		{"compressed payload", "7516-4.1.3", raw(t, `{"alg":"RS256","zip":"DEF"}`, deflated(t, bodyWith(""))), auth.ReasonPayload},
		{"nested token", "7519-5.2", raw(t, `{"alg":"RS256","cty":"JWT"}`, raw(t, rs256, bodyWith(""))), auth.ReasonPayload},
		{"JWE", "7519-7.2", b64(`{"alg":"dir","enc":"A128GCM"}`) + "..aXY.dGV4dA.dGFn", auth.ReasonMalformed},
		{"JSON serialization, flattened", "7515-7.2.2", `{"protected":"` + b64(rs256) + `","payload":"","signature":""}`, auth.ReasonMalformed},
		{"JSON serialization, general", "7515-7.2.1", `{"payload":"","signatures":[{"protected":"` + b64(rs256) + `","signature":""}]}`, auth.ReasonMalformed},

		{"typ JWT", "8725-3.11", raw(t, `{"alg":"RS256","typ":"JWT"}`, bodyWith("")), ""},
		{"typ at+jwt", "9068-2.1", raw(t, `{"alg":"RS256","typ":"application/AT+JWT"}`, bodyWith("")), ""},
		{"typ of a logout token", "8725-2.8", raw(t, `{"alg":"RS256","typ":"logout+jwt"}`, bodyWith("")), auth.ReasonType},
		{"typ of a security event", "8725-2.8", raw(t, `{"alg":"RS256","typ":"application/secevent+jwt"}`, bodyWith("")), auth.ReasonType},
		{"typ of a proof of possession", "8725-2.8", raw(t, `{"alg":"RS256","typ":"DPoP+jwt"}`, bodyWith("")), auth.ReasonType},
		{"typ is a list", "7515-4.1.9", raw(t, `{"alg":"RS256","typ":["JWT"]}`, bodyWith("")), auth.ReasonMalformed},

		{"sub twice", "7519-4", raw(t, rs256, bodyWith(`"sub":"admin",`)), auth.ReasonPayload},
		{"sub twice, escaped once", "7519-4", raw(t, rs256, bodyWith(`"s\u0075b":"admin",`)), auth.ReasonPayload},
		{"a member twice, deep inside", "7519-4", raw(t, rs256, bodyWith(`"x":[{"role":"a","role":"b"}],`)), auth.ReasonPayload},
		{"SUB beside sub", "7519-4", raw(t, rs256, bodyWith(`"SUB":"admin",`)), ""},
		{"half a character in a name", "7519-7.2", raw(t, rs256, bodyWith(`"\ud800":1,`)), auth.ReasonPayload},
		{"half a character in a value", "7519-7.2", raw(t, rs256, bodyWith(`"x":"\udc00\ud800",`)), auth.ReasonPayload},
		{"a character in two halves", "7519-7.2", raw(t, rs256, bodyWith(`"x":"\ud83c\udf33\\ud800",`)), ""},
		{"not UTF-8 in a value", "7519-7.2", raw(t, rs256, bodyWith("\"x\":\"\xff\",")), auth.ReasonPayload},
		{"not UTF-8 in the header", "7519-7.2", raw(t, "{\"alg\":\"RS256\",\"x\":\"\xc0\xae\"}", bodyWith("")), auth.ReasonMalformed},
		{"a byte order mark", "8259-8.1", raw(t, rs256, "\ufeff"+bodyWith("")), auth.ReasonPayload},
		{"UTF-16", "8725-3.7", raw(t, rs256, utf16(bodyWith(""))), auth.ReasonPayload},
		{"issuer composed as configured", "8725-3.8", raw(t, rs256, without("iss", `"iss":"https://caf\u00e9.test",`)), ""},
		{"issuer decomposed", "7519-4", raw(t, rs256, without("iss", `"iss":"https://cafe\u0301.test",`)), auth.ReasonIssuer},

		{"payload nested deep", "8725-3.10", raw(t, rs256, bodyWith(`"x":`+deep(1000)+`,`)), auth.ReasonPayload},
		{"payload nested a little", "7519-4", raw(t, rs256, bodyWith(`"x":`+deep(20)+`,`)), ""},
		{"header nested deep", "8725-3.10", raw(t, `{"alg":"RS256","x":`+deep(1000)+`}`, bodyWith("")), auth.ReasonMalformed},
		{"a list nested deep that never ends", "8725-3.10", raw(t, rs256, strings.Repeat("[", 9000)), auth.ReasonPayload},
		{"a long payload", "7519-4", raw(t, rs256, bodyWith(`"x":"`+strings.Repeat("y", 10_000)+`",`)), ""},
		{"longer than is looked at", "8725-3.10", raw(t, rs256, bodyWith(`"x":"`+strings.Repeat("y", 13_000)+`",`)), auth.ReasonMalformed},
		{"payload empty", "7519-7.2", raw(t, rs256, ""), auth.ReasonPayload},
		{"payload is a text", "7519-7.2", raw(t, rs256, `"x"`), auth.ReasonPayload},
		{"payload with a comma too many", "7519-7.2", raw(t, rs256, `{"sub":"a",}`), auth.ReasonPayload},
		{"header is a list", "7515-4", raw(t, `["RS256"]`, bodyWith("")), auth.ReasonMalformed},
		{"two headers", "7515-4", raw(t, rs256+rs256, bodyWith("")), auth.ReasonMalformed},

		{"exp with a fraction", "7519-2", raw(t, rs256, without("exp", fmt.Sprintf(`"exp":%d.75,`, unix(0)))), ""},
		{"exp in scientific notation", "7519-2", raw(t, rs256, without("exp", `"exp":4e9,`)), ""},
		{"exp in milliseconds", "7519-2", raw(t, rs256, without("exp", fmt.Sprintf(`"exp":%d000,`, unix(time.Hour)))), ""},
		{"exp huge", "7519-2", raw(t, rs256, without("exp", `"exp":1e300,`)), ""},
		{"exp beyond numbers", "7519-2", raw(t, rs256, without("exp", `"exp":1e999,`)), auth.ReasonPayload},
		{"exp negative", "7519-4.1.4", raw(t, rs256, without("exp", `"exp":-1,`)), auth.ReasonExpired},
		{"exp hugely negative", "7519-4.1.4", raw(t, rs256, without("exp", `"exp":-1e300,`)), auth.ReasonExpired},
		{"exp zero", "7519-4.1.4", raw(t, rs256, without("exp", `"exp":0,`)), auth.ReasonExpired},
		{"exp is a text of digits", "7519-4.1.4", raw(t, rs256, without("exp", fmt.Sprintf(`"exp":"%d",`, unix(time.Hour)))), auth.ReasonPayload},
		{"exp is null", "7519-4.1.4", raw(t, rs256, without("exp", `"exp":null,`)), auth.ReasonPayload},
		{"exp is true", "7519-4.1.4", raw(t, rs256, without("exp", `"exp":true,`)), auth.ReasonPayload},
		{"exp is a list", "7519-4.1.4", raw(t, rs256, without("exp", `"exp":[4e9],`)), auth.ReasonPayload},
		{"exp at the last moment of the leeway", "7519-4.1.4", raw(t, rs256, without("exp", fmt.Sprintf(`"exp":%d,`, unix(-29*time.Second)))), ""},
		{"exp at the end of the leeway", "7519-4.1.4", raw(t, rs256, without("exp", fmt.Sprintf(`"exp":%d,`, unix(-30*time.Second)))), auth.ReasonExpired},
		{"nbf at the beginning of the leeway", "7519-4.1.5", raw(t, rs256, bodyWith(fmt.Sprintf(`"nbf":%d,`, unix(30*time.Second)))), ""},
		{"nbf before the leeway", "7519-4.1.5", raw(t, rs256, bodyWith(fmt.Sprintf(`"nbf":%d,`, unix(31*time.Second)))), auth.ReasonEarly},
		{"nbf huge", "7519-4.1.5", raw(t, rs256, bodyWith(`"nbf":1e300,`)), auth.ReasonEarly},
		{"nbf beyond numbers", "7519-4.1.5", raw(t, rs256, bodyWith(`"nbf":1e999,`)), auth.ReasonPayload},
		{"nbf is a text", "7519-4.1.5", raw(t, rs256, bodyWith(`"nbf":"0",`)), auth.ReasonPayload},
		{"iat is to come", "7519-4.1.6", raw(t, rs256, bodyWith(fmt.Sprintf(`"iat":%d,`, unix(time.Minute)))), auth.ReasonEarly},
		{"iat within the leeway", "7519-4.1.6", raw(t, rs256, bodyWith(fmt.Sprintf(`"iat":%d,`, unix(20*time.Second)))), ""},
		{"iat is a text", "7519-4.1.6", raw(t, rs256, bodyWith(`"iat":"now",`)), auth.ReasonPayload},

		{"aud another", "8725-3.9", raw(t, rs256, without("aud", `"aud":"billing",`)), auth.ReasonAudience},
		{"aud begins alike", "8725-3.9", raw(t, rs256, without("aud", `"aud":"graph2",`)), auth.ReasonAudience},
		{"aud is the beginning", "8725-3.9", raw(t, rs256, without("aud", `"aud":"grap",`)), auth.ReasonAudience},
		{"aud in large letters", "7519-4.1.3", raw(t, rs256, without("aud", `"aud":"GRAPH",`)), auth.ReasonAudience},
		{"aud with a space", "7519-4.1.3", raw(t, rs256, without("aud", `"aud":"graph ",`)), auth.ReasonAudience},
		{"aud of several in one text", "7519-4.1.3", raw(t, rs256, without("aud", `"aud":"graph billing",`)), auth.ReasonAudience},
		{"aud empty list", "8725-3.9", raw(t, rs256, without("aud", `"aud":[],`)), auth.ReasonAudience},
		{"aud list of others", "8725-3.9", raw(t, rs256, without("aud", `"aud":["a","b"],`)), auth.ReasonAudience},
		{"aud list with ours", "7519-4.1.3", raw(t, rs256, without("aud", `"aud":["a","graph"],`)), ""},
		{"aud list with a number", "7519-4.1.3", raw(t, rs256, without("aud", `"aud":["graph",1],`)), auth.ReasonPayload},
		{"aud is an object", "7519-4.1.3", raw(t, rs256, without("aud", `"aud":{"graph":true},`)), auth.ReasonPayload},
		{"aud is null", "7519-4.1.3", raw(t, rs256, without("aud", `"aud":null,`)), auth.ReasonPayload},
		{"no aud", "8725-3.9", raw(t, rs256, without("aud", "")+""), auth.ReasonAudience},
		{"iss begins alike", "8725-3.8", raw(t, rs256, without("iss", `"iss":"https://id.test.evil",`)), auth.ReasonIssuer},
		{"iss with a slash", "8725-3.8", raw(t, rs256, without("iss", `"iss":"https://id.test/",`)), auth.ReasonIssuer},
		{"iss empty", "8725-3.8", raw(t, rs256, without("iss", `"iss":"",`)), auth.ReasonIssuer},
		{"sub is a number", "7519-4.1.2", raw(t, rs256, without("sub", `"sub":1,`)), auth.ReasonPayload},
		{"jti is a number", "7519-4.1.7", raw(t, rs256, bodyWith(`"jti":7,`)), auth.ReasonPayload},

		{"space before", "7515-2", " " + raw(t, rs256, bodyWith("")), auth.ReasonMalformed},
		{"space behind", "7515-2", raw(t, rs256, bodyWith("")) + " ", auth.ReasonMalformed},
		{"base64 with bits that mean nothing", "7515-2", looseBits(raw(t, rs256, bodyWith(""))), auth.ReasonMalformed},
		{"base64 of the standard alphabet", "7515-2", strings.Replace(raw(t, `{"alg":"RS256","x":"???>>>"}`, bodyWith("")), "_", "/", 1), auth.ReasonMalformed},
		{"signature with a byte more", "7518-3.3", raw(t, rs256, bodyWith("")) + "AA", auth.ReasonSignature},
		{"signature of zeros", "7518-3.3", b64(rs256) + "." + b64(bodyWith("")) + "." + b64(strings.Repeat("\x00", 256)), auth.ReasonSignature},
		{"signature of one", "7518-3.3", b64(rs256) + "." + b64(bodyWith("")) + "." + b64(strings.Repeat("\x00", 255)+"\x01"), auth.ReasonSignature},
		{"RSA signature plus the modulus", "7518-3.3", plusModulus(t, raw(t, rs256, bodyWith(""))), auth.ReasonSignature},
		{"header and payload exchanged", "7515-5.2", swapped(raw(t, rs256, bodyWith(""))), auth.ReasonAlgorithm},
		{"the dot moved", "7515-5.2", dotMoved(raw(t, rs256, bodyWith(""))), auth.ReasonMalformed},
	} {
		t.Run(c.section+" "+c.name, func(t *testing.T) {
			for range 2 { // what the first try leaves in the cache must not change the second
				i, err := v.Verify(t.Context(), c.token)
				if got := reason(t, err); got != c.want || (i != nil) != (c.want == "") {
					t.Errorf("%q, want %q (%v), identity %v", got, c.want, err, i)
				}
			}
		})
	}
}

// deflated is the text as a JWE would compress it.
func deflated(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// notEncoded is signed over the payload as it is.
func notEncoded(t *testing.T) string {
	t.Helper()
	head := b64(`{"alg":"RS256","b64":false,"crit":["b64"]}`)
	sig, err := jwt.SigningMethodRS256.Sign(head+"."+bodyWith(""), keys().rsa)
	if err != nil {
		t.Fatal(err)
	}
	return head + "." + b64(bodyWith("")) + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func utf16(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteByte(0)
		b.WriteByte(c)
	}
	return b.String()
}

// looseBits changes bits of the last letter that stand for nothing: 256 bytes leave four of them.
func looseBits(token string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(letters, token[len(token)-1])
	return token[:len(token)-1] + letters[last|1:][:1]
}

// plusModulus is another number with the same remainder, as long as it fits.
func plusModulus(t *testing.T, token string) string {
	t.Helper()
	at := strings.LastIndexByte(token, '.') + 1
	sig, err := base64.RawURLEncoding.DecodeString(token[at:])
	if err != nil {
		t.Fatal(err)
	}
	n := new(big.Int).Add(new(big.Int).SetBytes(sig), keys().rsa.N)
	return token[:at] + base64.RawURLEncoding.EncodeToString(n.Bytes())
}

func swapped(token string) string {
	p := strings.Split(token, ".")
	return p[1] + "." + p[0] + "." + p[2]
}

func dotMoved(token string) string {
	p := strings.Split(token, ".")
	return p[0][:len(p[0])-4] + "." + p[0][len(p[0])-4:] + p[1] + "." + p[2]
}

// TestForgedECDSA: what can be made of an ES256 signature without the key.
func TestForgedECDSA(t *testing.T) {
	k := keys()
	v := verifier(t, one(auth.KeySet{Key: public(t, k.ec)}), auth.Parts{})
	token := sign(t, jwt.SigningMethodES256, k.ec, nil, good(nil))
	at := strings.LastIndexByte(token, '.') + 1
	sig, err := base64.RawURLEncoding.DecodeString(token[at:])
	if err != nil {
		t.Fatal(err)
	}
	r, s, order := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]), elliptic.P256().Params().N
	zero := new(big.Int)
	form := func(r, s *big.Int) string {
		var b [64]byte
		return token[:at] + base64.RawURLEncoding.EncodeToString(append(r.FillBytes(b[:32]), s.FillBytes(b[32:])...)[:64])
	}
	for name, c := range map[string]struct {
		token string
		want  auth.Reason
	}{
		// RFC 7518, 3.4 does not ask for the lower of two values of s, so both are valid and nothing may hang on the
		// token's text being the only one: revocation goes by jti and subject.
		"the other s":             {form(r, new(big.Int).Sub(order, s)), ""},
		"r and s zero":            {form(zero, zero), auth.ReasonSignature},
		"r zero":                  {form(zero, s), auth.ReasonSignature},
		"s zero":                  {form(r, zero), auth.ReasonSignature},
		"r and s the order":       {form(order, order), auth.ReasonSignature},
		"r the order":             {form(order, s), auth.ReasonSignature},
		"exchanged":               {form(s, r), auth.ReasonSignature},
		"shorter":                 {token[:at] + base64.RawURLEncoding.EncodeToString(sig[:63]), auth.ReasonSignature},
		"longer":                  {token[:at] + base64.RawURLEncoding.EncodeToString(append(sig, 0)), auth.ReasonSignature},
		"with a zero before each": {token[:at] + base64.RawURLEncoding.EncodeToString(bytes.Join([][]byte{{0}, sig[:32], {0}, sig[32:]}, nil)), auth.ReasonSignature},
	} {
		if _, err := v.Verify(t.Context(), c.token); reason(t, err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestForgedEdDSA: signatures that are not in their one form, and keys by which anybody signs.
func TestForgedEdDSA(t *testing.T) {
	k := keys()
	public := k.ed.Public().(ed25519.PublicKey)
	set := func(key []byte) auth.KeySet {
		return auth.KeySet{Key: `{"kty":"OKP","crv":"Ed25519","x":"` + base64.RawURLEncoding.EncodeToString(key) + `"}`}
	}
	v := verifier(t, one(set(public)), auth.Parts{})
	text := b64(`{"alg":"EdDSA"}`) + "." + b64(bodyWith(""))
	sig := ed25519.Sign(k.ed, []byte(text))
	if _, err := v.Verify(t.Context(), text+"."+base64.RawURLEncoding.EncodeToString(sig)); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	// S + L: the same point, another text (RFC 8032, 5.1.7).
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := new(big.Int).Add(new(big.Int).SetBytes(reversed(sig[32:])), order)
	more := append(bytes.Clone(sig[:32]), reversed(s.FillBytes(make([]byte, 32)))...)
	if _, err := v.Verify(t.Context(), text+"."+base64.RawURLEncoding.EncodeToString(more)); reason(t, err) != auth.ReasonSignature {
		t.Errorf("S beyond the order: %v", err)
	}
	for name, hexa := range map[string]string{
		"order 1": "0100000000000000000000000000000000000000000000000000000000000000",
		"order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"order 4": "0000000000000000000000000000000000000000000000000000000000000000",
		"order 8": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"8 again": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"y is p":  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"y is 1":  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"y is 3":  "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		key, err := hex.DecodeString(hexa)
		if err != nil {
			t.Fatal(err)
		}
		if name != "y is 3" && !anybodySigns(key) {
			t.Errorf("%s: is not a key by which anybody signs, so this test says nothing", name)
		}
		if err := (auth.Config{Router: auth.Router{JWT: &auth.JWT{JWKS: []auth.KeySet{set(key)}}}}).Validate(); err == nil {
			t.Errorf("%s: the key is taken", name)
		}
	}
}

// anybodySigns tries to sign some text without a private key: S is zero, and R one of the points of small order.
func anybodySigns(key []byte) bool {
	for n := range 400 {
		for _, r := range []string{
			"0100000000000000000000000000000000000000000000000000000000000000", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		} {
			point, _ := hex.DecodeString(r)
			if ed25519.Verify(key, fmt.Append(nil, n), append(point, make([]byte, 32)...)) {
				return true
			}
		}
	}
	return false
}

func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		out[len(b)-1-i] = c
	}
	return out
}

// TestWeakKeys: keys by which a signature proves little are not taken (RFC 8725, 3.5; RFC 7518, 3.2 and 3.3).
func TestWeakKeys(t *testing.T) {
	small := &rsa.PublicKey{N: new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 1023), big.NewInt(1)), E: 65537}
	one := &rsa.PublicKey{N: keys().rsa.N, E: 1}
	jwk := func(k *rsa.PublicKey) string {
		return `{"kty":"RSA","n":"` + base64.RawURLEncoding.EncodeToString(k.N.Bytes()) + `","e":"` +
			base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes()) + `"}`
	}
	for name, c := range map[string]struct {
		set  auth.KeySet
		says string
	}{
		"RSA of 1024 bits":                {auth.KeySet{Key: jwk(small)}, "1024 bits"},
		"RSA by the exponent 1":           {auth.KeySet{Key: jwk(one)}, "exponent"},
		"a short secret":                  {auth.KeySet{Secret: "0123456789012345678901234567890"}, "shorter than 32"},
		"a short secret in JSON":          {auth.KeySet{Key: `{"kty":"oct","k":"` + b64("short") + `"}`}, "32 bytes"},
		"a public key as a secret":        {auth.KeySet{Secret: public(t, keys().rsa)}, "give it as key"},
		"a public JWK as a secret":        {auth.KeySet{Secret: rsaJWK(keys().rsa, "", nil)}, "give it as key"},
		"a key with a member twice":       {auth.KeySet{Key: `{"kty":"oct","kty":"RSA","k":"` + b64(secret) + `"}`}, "twice"},
		"a key by members in large caps":  {auth.KeySet{Key: `{"KTY":"oct","K":"` + b64(secret) + `"}`}, "not supported"},
		"a key for encryption":            {auth.KeySet{Key: `{"kty":"oct","use":"enc","k":"` + b64(secret) + `"}`}, "use other than sig"},
		"a key whose operations are text": {auth.KeySet{Key: `{"kty":"oct","key_ops":"verify","k":"` + b64(secret) + `"}`}, "key_ops"},
	} {
		err := auth.Config{Router: auth.Router{JWT: &auth.JWT{JWKS: []auth.KeySet{c.set}}}}.Validate()
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// TestHashesNeedLongSecrets: a secret of 32 bytes is for HS256 alone (RFC 7518, 3.2).
func TestHashesNeedLongSecrets(t *testing.T) {
	short := strings.Repeat("s", 32)
	v := verifier(t, one(auth.KeySet{Secret: short}), auth.Parts{})
	for method, want := range map[*jwt.SigningMethodHMAC]auth.Reason{
		jwt.SigningMethodHS256: "", jwt.SigningMethodHS384: auth.ReasonKey, jwt.SigningMethodHS512: auth.ReasonKey,
	} {
		if _, err := v.Verify(t.Context(), sign(t, method, []byte(short), nil, good(nil))); reason(t, err) != want {
			t.Errorf("%s: %v, want %q", method.Name, err, want)
		}
	}
}

// TestSaltOfPSS: the salt is as long as the hash (RFC 7518, 3.5).
func TestSaltOfPSS(t *testing.T) {
	k := keys()
	v := verifier(t, one(auth.KeySet{Key: public(t, k.rsa)}), auth.Parts{})
	text := b64(`{"alg":"PS256"}`) + "." + b64(bodyWith(""))
	sum := sha256.Sum256([]byte(text))
	for salt, want := range map[int]auth.Reason{32: "", 0: auth.ReasonSignature, 20: auth.ReasonSignature, 64: auth.ReasonSignature} {
		options := &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256}
		if salt == 0 {
			options.SaltLength = 1
		}
		sig, err := rsa.SignPSS(rand.Reader, k.rsa, crypto.SHA256, sum[:], options)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(t.Context(), text+"."+base64.RawURLEncoding.EncodeToString(sig)); reason(t, err) != want {
			t.Errorf("salt of %d: %v, want %q", salt, err, want)
		}
	}
}

// TestKeysOfOtherIssuers: what one issuer signs is not good in the name of another (RFC 8725, 3.8), whatever kid it
// names.
func TestKeysOfOtherIssuers(t *testing.T) {
	k := keys()
	v := verifier(t, auth.JWT{JWKS: []auth.KeySet{
		{Key: rsaJWK(k.rsa, "a", nil), Issuers: []string{"https://a.test"}},
		{Key: rsaJWK(k.other, "b", nil), Issuers: []string{"https://b.test"}, Algorithms: []string{"PS256"}},
		{Secret: secret, Issuers: []string{"https://c.test"}},
	}}, auth.Parts{})
	for name, c := range map[string]struct {
		method jwt.SigningMethod
		key    any
		kid    string
		iss    string
		want   auth.Reason
	}{
		"A by A":                         {jwt.SigningMethodRS256, k.rsa, "a", "https://a.test", ""},
		"B by B":                         {jwt.SigningMethodPS256, k.other, "b", "https://b.test", ""},
		"C by C":                         {jwt.SigningMethodHS256, []byte(secret), "", "https://c.test", ""},
		"A by B":                         {jwt.SigningMethodPS256, k.other, "b", "https://a.test", auth.ReasonIssuer},
		"A by B with A's kid":            {jwt.SigningMethodPS256, k.other, "a", "https://a.test", auth.ReasonSignature},
		"B by A":                         {jwt.SigningMethodRS256, k.rsa, "a", "https://b.test", auth.ReasonIssuer},
		"A by C":                         {jwt.SigningMethodHS256, []byte(secret), "", "https://a.test", auth.ReasonIssuer},
		"B by an algorithm that A has":   {jwt.SigningMethodRS256, k.other, "b", "https://b.test", auth.ReasonKey},
		"B by A's algorithm, without id": {jwt.SigningMethodRS256, k.other, "", "https://b.test", auth.ReasonSignature},
	} {
		head := map[string]any{}
		if c.kid != "" {
			head["kid"] = c.kid
		}
		_, err := v.Verify(t.Context(), sign(t, c.method, c.key, head, good(map[string]any{"iss": c.iss})))
		if reason(t, err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestTypes: a set with a list of types takes no other.
func TestTypes(t *testing.T) {
	v := verifier(t, one(auth.KeySet{Secret: secret, Types: []string{"at+JWT"}}), auth.Parts{})
	for typ, want := range map[string]auth.Reason{
		"at+jwt": "", "application/at+jwt": "", "JWT": auth.ReasonType, "": auth.ReasonType, "logout+jwt": auth.ReasonType,
	} {
		token := sign(t, jwt.SigningMethodHS256, []byte(secret), map[string]any{"typ": typ}, good(nil))
		if _, err := v.Verify(t.Context(), token); reason(t, err) != want {
			t.Errorf("%q: %v, want %q", typ, err, want)
		}
	}
}
