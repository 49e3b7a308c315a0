package auth

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"slices"
)

// strongEd25519 refuses keys by which anybody can sign: points of small order, of which the multiple that a signature
// is checked against is one of eight, and encodings of points that RFC 8032, 5.1.3 does not let a reader decode. Go
// verifies with both.
func strongEd25519(k ed25519.PublicKey) (any, error) {
	y := slices.Clone([]byte(k))
	y[len(y)-1] &= 0x7f // the sign of x
	if slices.Contains(smallOrder, hex.EncodeToString(y)) {
		return nil, errors.New("is a point of small order, by which anybody can sign")
	}
	slices.Reverse(y) // most significant first
	if bytes.Compare(y, fieldOrder) >= 0 {
		return nil, errors.New("is not the canonical form of a point")
	}
	return k, nil
}

// smallOrder are the y of the points whose order is 1, 2, 4 or 8, little endian.
var smallOrder = []string{
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
}

// fieldOrder is 2^255-19, big endian.
var fieldOrder = append(append([]byte{0x7f}, bytes.Repeat([]byte{0xff}, 30)...), 0xed)
