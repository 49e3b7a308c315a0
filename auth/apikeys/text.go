package apikeys

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"strings"
)

// A key's text is fic_<id>_<secret><checksum>: a prefix by which scanners for leaked secrets find it, an id by which
// operators talk of it, 256 random bits, and the CRC-32 of all before. By the checksum a mistyped key, or a text that
// only looks like one, is told from a key without asking anybody.
const (
	prefix = "fic_"
	// idLength is that of 50 bits in base 32, secretLength of 256 bits in base 62, sumLength of 32 bits in base 62.
	idLength, secretLength, sumLength = 10, 43, 6
	textLength                        = len(prefix) + idLength + 1 + secretLength + sumLength
)

var idAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newID is a random id.
func newID(random io.Reader) (string, error) {
	var b [7]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return idAlphabet.EncodeToString(b[:])[:idLength], nil
}

// newText is a random text for the key of the id.
func newText(id string, random io.Reader) (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make a secret: %w", err)
	}
	text := prefix + id + "_" + base62(new(big.Int).SetBytes(b[:]), secretLength)
	return text + checksum(text), nil
}

func checksum(text string) string {
	return base62(new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(text)))), sumLength)
}

// base62 writes n with 0-9, a-z and A-Z, in a fixed length.
func base62(n *big.Int, length int) string {
	text := n.Text(62)
	return strings.Repeat("0", length-len(text)) + text
}

// readText is the id and the hash of a key's text. A text of another form is ErrMalformed.
func readText(text string) (id string, hash Hash, err error) {
	if len(text) != textLength || !strings.HasPrefix(text, prefix) || text[len(prefix)+idLength] != '_' {
		return "", hash, ErrMalformed
	}
	body, sum := text[:textLength-sumLength], text[textLength-sumLength:]
	if checksum(body) != sum {
		return "", hash, ErrMalformed
	}
	return text[len(prefix) : len(prefix)+idLength], sha256.Sum256([]byte(text)), nil
}
