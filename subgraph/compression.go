package subgraph

import (
	"bytes"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// Compression is how the body of a request is sent.
type Compression string

// The compressions; the names are those of the content codings.
const (
	Gzip    Compression = "gzip"
	Brotli  Compression = "br"
	Deflate Compression = "deflate"
)

// compress is the body in the coding.
func (c Compression) compress(body []byte) ([]byte, error) {
	var out bytes.Buffer
	var w io.WriteCloser
	switch c {
	case Brotli:
		w = brotli.NewWriterLevel(&out, brotli.DefaultCompression)
	case Deflate:
		w = zlib.NewWriter(&out)
	default:
		w = gzip.NewWriter(&out)
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
