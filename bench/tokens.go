package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// callers is how many people ask, each with a token of its own.
const callers = 1000

// tokensSection: what it costs to know who asks, and to show it to services.
func tokensSection(_ context.Context, y *yard, out io.Writer) error {
	services, err := y.startServices("0")
	if err != nil {
		return err
	}
	file, headers, err := y.tokens()
	if err != nil {
		return err
	}
	required := fmt.Sprintf("router: {jwt: {mode: required, jwks: [{file: %q, issuers: [bench], audiences: [graph], algorithms: [ES256]}]}}", file)
	const minting = ", minting: {issuer: bench-gateway, keys: {secret: a secret of at least thirty-two bytes}}, subgraph: {all: {mint: {}, claims: [{claim: sub, header: X-User-Id}]}}"
	bearing := map[*process]bool{}
	var processes []*process
	for _, v := range []struct{ name, more string }{
		{"nobody is asked", ""},
		{"token required", "authentication: {" + required + "}\n"},
		{"minted for services", "authentication: {" + required + minting + "}\n"},
	} {
		p, err := y.keep(y.startGateway(v.name, services.addr, v.more))
		if err != nil {
			return err
		}
		bearing[p] = v.more != ""
		processes = append(processes, p)
	}
	boards := y.boards(false, 0)
	all, err := y.compare(func(p *process) load {
		l := boards(p)
		if bearing[p] {
			l.header = func(n int64) string { return headers[n%callers] }
		}
		return l
	}, processes...)
	if err != nil {
		return err
	}
	return printFigures(out, fmt.Sprintf("Tokens: ES256, of %d callers", callers), all)
}

// tokens are a file with the issuer's key, and the header of each caller.
func (y *yard) tokens() (file string, headers []string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", nil, err
	}
	file = filepath.Join(y.dir, "issuer.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		return "", nil, err
	}
	for n := range callers {
		text, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
			"iss": "bench", "aud": "graph", "sub": fmt.Sprintf("caller-%d", n), "scope": "read write", "tenant": "acme",
			"exp": time.Now().Add(time.Hour).Unix(),
		}).SignedString(key)
		if err != nil {
			return "", nil, err
		}
		headers = append(headers, "Authorization: Bearer "+text+"\r\n")
	}
	return file, headers, nil
}
