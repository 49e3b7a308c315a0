package subgraph

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/ficusgraph/ficus/engine/executor"
)

// acceptedCodings is what services are told of how they may encode an answer; the cheapest to read comes first,
// as many servers take the first that they know.
const acceptedCodings = "zstd, gzip, br"

// decoder reads one coding. It is used again: its tables and windows are some 40 kB to 8 MB.
type decoder interface {
	io.Reader
	Reset(from io.Reader) error
}

// maxWindow is how far back an answer in zstd may refer, which must be held: what decoders need not exceed.
// https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1.2
const maxWindow = 8 << 20

// decoders are the decoders of one service that are not in use, by coding.
type decoders struct {
	gzip, br, zstd sync.Pool
}

// get is a decoder of a content coding, and where it belongs after use; an error for one that was not asked for.
// https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1
func (p *decoders) get(coding string) (d decoder, idle *sync.Pool, err error) {
	switch coding {
	case "gzip":
		d, idle = new(gzip.Reader), &p.gzip
	case "br":
		d, idle = new(brotli.Reader), &p.br
	case "zstd":
		idle = &p.zstd
	default:
		return nil, nil, fmt.Errorf("the answer has the content encoding %q, which was not asked for", coding)
	}
	if used, ok := idle.Get().(decoder); ok {
		return used, idle, nil
	}
	if d == nil {
		// With a concurrency of one it decodes on the goroutine that reads, and starts none.
		d, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	}
	return d, idle, err
}

// coding is the name of how an answer is encoded, "" for as it is.
func coding(h executor.Header) string {
	if h.Get("Content-Encoding") == "" {
		return ""
	}
	v := h.Values("Content-Encoding")
	switch name := strings.ToLower(strings.Join(v, ", ")); name {
	case "identity":
		return ""
	case "x-gzip":
		return "gzip"
	default:
		return name
	}
}

// decode reads the body of an answer, if it is encoded; the limit is on what comes out.
func (p *pool) decode(r *reply, limit int) error {
	name := coding(r.header)
	if name == "" {
		return nil
	}
	d, idle, err := p.decoders.get(name)
	if err != nil {
		return err
	}
	from := bytes.NewReader(r.Body)
	if err := d.Reset(from); err != nil {
		return err
	}
	r.decoded = p.reply(4 * len(r.Body))
	if err := r.decoded.readAll(d, -1, limit); err != nil {
		return err // and the decoder, whose state nobody knows, is dropped
	}
	if from.Len() > 0 {
		return fmt.Errorf("the answer goes on behind the end of its %s", name)
	}
	r.Body = r.decoded.Body
	idle.Put(d)
	return nil
}
