package auth

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// key is a key that verifies.
type key struct {
	// id is empty where the key has none; it then stands for every id.
	id string
	// alg is the only algorithm of the key, or empty.
	alg        string
	kty, curve string
	// public is *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey, or the bytes of a shared key.
	public any
}

// fits says whether the algorithm is one that the key may verify.
func (k key) fits(name string, a algorithm) bool {
	if k.kty != a.kty || k.curve != a.curve || k.alg != "" && k.alg != name {
		return false
	}
	secret, shared := k.public.([]byte)
	return !shared || len(secret) >= a.secret
}

// jwk is a JSON Web Key (RFC 7517); its private parts and what it says of certificates are not read.
type jwk struct {
	kty, kid, use, alg, crv string
	ops                     []string
	hasOps                  bool
	n, e, x, y, k           string
}

// readJWK reads the members of a key by their exact names, each once.
func readJWK(raw []byte) (jwk, error) {
	members, err := readObject(raw)
	if err != nil {
		return jwk{}, fmt.Errorf("is not a JWK: %w", err)
	}
	var j jwk
	for _, m := range []struct {
		name string
		into *string
	}{
		{"kty", &j.kty},
		{"kid", &j.kid},
		{"use", &j.use},
		{"alg", &j.alg},
		{"crv", &j.crv},
		{"n", &j.n},
		{"e", &j.e},
		{"x", &j.x},
		{"y", &j.y},
		{"k", &j.k},
	} {
		v, given := members[m.name]
		text, ok := v.(string)
		if given && v != nil && !ok {
			return jwk{}, fmt.Errorf("is not a JWK: its %s is not a text", m.name)
		}
		*m.into = text
	}
	if v := members["key_ops"]; v != nil {
		list, _ := v.([]any)
		j.hasOps = true
		if j.ops, _ = texts(list); len(j.ops) != len(list) || list == nil {
			return jwk{}, errors.New("is not a JWK: its key_ops are no list of texts")
		}
	}
	return j, nil
}

// errNoKey is what is left where a text holds keys, and none verifies.
var errNoKey = errors.New("holds no key that verifies signatures")

// parseKeys reads a JWK set, a JWK, or PEM. Keys that are not for verifying, or of a type that is not
// supported, are left out, as RFC 7517, 5 asks; it is an error if none is left.
func parseKeys(text []byte) ([]key, error) {
	text = bytes.TrimSpace(text)
	if !bytes.HasPrefix(text, []byte("{")) {
		return parsePEM(text)
	}
	// By exact names, where a struct's fields would also be found as KEYS.
	var set map[string]json.RawMessage
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("is not a JWK set: %w", err)
	}
	list := []json.RawMessage{text}
	if raw, ok := set["keys"]; ok {
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, fmt.Errorf("is not a JWK set: %w", err)
		}
	}
	var keys []key
	var reasons []error
	for i, raw := range list {
		k, err := parseJWK(raw)
		if err != nil {
			reasons = append(reasons, fmt.Errorf("key %d %w", i+1, err))
			continue
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.Join(append([]error{errNoKey}, reasons...)...)
	}
	return keys, nil
}

func parseJWK(raw []byte) (key, error) {
	j, err := readJWK(raw)
	if err != nil {
		return key{}, err
	}
	if j.use != "" && j.use != "sig" {
		return key{}, errors.New("has a use other than sig")
	}
	if j.hasOps && !slices.Contains(j.ops, "verify") {
		return key{}, errors.New("has no verify among its key_ops")
	}
	k := key{id: j.kid, alg: j.alg, kty: j.kty}
	switch j.kty {
	case "RSA":
		k.public, err = j.rsa()
	case "EC":
		k.curve = j.crv
		k.public, err = j.ec()
	case "OKP":
		k.curve = j.crv
		k.public, err = j.okp()
	case "oct":
		k.public, err = j.secret()
	default:
		err = fmt.Errorf("has the type %q, which is not supported", j.kty)
	}
	return k, err
}

func (j jwk) rsa() (any, error) {
	n, err := number("n", j.n)
	if err != nil {
		return nil, err
	}
	e, err := number("e", j.e)
	if err != nil {
		return nil, err
	}
	if !e.IsInt64() {
		return nil, errExponent
	}
	return strongRSA(&rsa.PublicKey{N: n, E: int(e.Int64())})
}

var errExponent = errors.New("has an exponent that is not usable")

// strongRSA refuses keys shorter than RFC 7518, 3.3 allows, and exponents that prove nothing.
func strongRSA(k *rsa.PublicKey) (any, error) {
	if k.E < 3 || k.E > 1<<31-1 || k.E%2 == 0 {
		return nil, errExponent
	}
	if bits := k.N.BitLen(); bits < 2048 || bits > 16384 {
		return nil, fmt.Errorf("has %d bits; an RSA key has 2048 to 16384", bits)
	}
	return k, nil
}

func (j jwk) ec() (any, error) {
	curve, ok := curves[j.crv]
	if !ok {
		return nil, fmt.Errorf("has the curve %q, which is not supported", j.crv)
	}
	size := (curve.Params().BitSize + 7) / 8
	point := []byte{4}
	for _, c := range []struct{ name, text string }{{"x", j.x}, {"y", j.y}} {
		b, err := coordinate(c.name, c.text, size)
		if err != nil {
			return nil, err
		}
		point = append(point, b...)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil, errors.New("is no point of its curve")
	}
	return public, nil
}

// curves by the name that a JWK gives them.
var curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

func (j jwk) okp() (any, error) {
	if j.crv != "Ed25519" {
		return nil, fmt.Errorf("has the curve %q, which is not supported", j.crv)
	}
	x, err := coordinate("x", j.x, ed25519.PublicKeySize)
	if err != nil {
		return nil, err
	}
	return strongEd25519(x)
}

func (j jwk) secret() (any, error) {
	b, err := decode(j.k)
	if err != nil || len(b) < 32 {
		return nil, errors.New("has a k that is no base64url of at least 32 bytes")
	}
	return b, nil
}

func coordinate(name, text string, size int) ([]byte, error) {
	b, err := decode(text)
	if err != nil || len(b) != size {
		return nil, fmt.Errorf("has a %s that is no base64url of %d bytes", name, size)
	}
	return b, nil
}

func number(name, text string) (*big.Int, error) {
	b, err := decode(text)
	if err != nil || len(b) == 0 {
		return nil, fmt.Errorf("has an %s that is no base64url", name)
	}
	return new(big.Int).SetBytes(b), nil
}

// decode reads base64url. Keys come from who runs the gateway, and some issuers pad them.
func decode(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}

// parsePEM reads public keys and certificates.
func parsePEM(text []byte) ([]key, error) {
	var keys []key
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		k, err := parseBlock(block)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("is neither a JWK set, a JWK nor PEM")
	}
	return keys, nil
}

func parseBlock(block *pem.Block) (key, error) {
	var public any
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		public, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		var c *x509.Certificate
		if c, err = x509.ParseCertificate(block.Bytes); err == nil {
			public = c.PublicKey
		}
	default:
		return key{}, fmt.Errorf("holds a PEM block %q; give a PUBLIC KEY or a CERTIFICATE", block.Type)
	}
	if err != nil {
		return key{}, fmt.Errorf("holds a PEM block that cannot be read: %w", err)
	}
	switch p := public.(type) {
	case *rsa.PublicKey:
		checked, err := strongRSA(p)
		return key{kty: "RSA", public: checked}, err
	case *ecdsa.PublicKey:
		return key{kty: "EC", curve: p.Curve.Params().Name, public: p}, nil
	case ed25519.PublicKey:
		checked, err := strongEd25519(p)
		return key{kty: "OKP", curve: "Ed25519", public: checked}, err
	}
	return key{}, fmt.Errorf("holds a key of a type that is not supported (%T)", public)
}
