package transport

import (
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// Compression is how answers are compressed for clients that accept gzip. It costs the least CPU: of an answer of
// 87 kB a fifth is left in 0.17 ms, a sixth by zstd in 0.25 ms.
type Compression struct {
	// Enabled is true by default.
	Enabled *bool `yaml:"enabled"`
	// MinBytes is from which size on an answer is compressed, 2,048 by default.
	MinBytes int `yaml:"min_bytes"`
}

// compressors are those that are not in use; each keeps up to 1 MB of tables and an answer.
type compressors struct {
	minBytes int
	idle     sync.Pool
}

// compressor compresses one answer at a time.
type compressor struct {
	writer *gzip.Writer
	out    appender
}

// newCompressors are none if answers are not compressed.
func newCompressors(c Compression) *compressors {
	if c.Enabled != nil && !*c.Enabled {
		return nil
	}
	return &compressors{minBytes: c.MinBytes}
}

// send writes the engine's answer, compressed if it is worth it and the client accepts it.
func (s *Server) send(w http.ResponseWriter, r *http.Request, m media, status int, body []byte) {
	if s.compressors == nil || len(body) < s.compressors.minBytes {
		s.write(w, m, status, body)
		return
	}
	if r.Method == http.MethodGet { // which caches keep: there is another answer for other clients
		w.Header().Add("Vary", "Accept-Encoding")
	}
	if !acceptsGzip(r.Header["Accept-Encoding"]) {
		s.write(w, m, status, body)
		return
	}
	c := s.compressors.get()
	defer s.compressors.put(c)
	packed, err := c.compress(body)
	if err != nil {
		s.write(w, m, status, body)
		return
	}
	w.Header()["Content-Encoding"] = gzipCoding
	s.writeHead(w, m, status, len(packed))
	s.backlog.write(w, packed, len(body)+len(packed))
}

// gzipCoding is the value of a Content-Encoding header, shared by all answers.
var gzipCoding = []string{"gzip"}

func (c *compressors) get() *compressor {
	if used, ok := c.idle.Get().(*compressor); ok {
		return used
	}
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // an error is that of a level that does not exist
	return &compressor{writer: z}
}

func (c *compressors) put(used *compressor) {
	if cap(used.out) > maxKept {
		used.out = nil
	}
	c.idle.Put(used)
}

// compress is valid until the compressor is used again.
func (c *compressor) compress(body []byte) ([]byte, error) {
	c.out = c.out[:0]
	c.writer.Reset(&c.out)
	if _, err := c.writer.Write(body); err != nil {
		return nil, err
	}
	err := c.writer.Close()
	return c.out, err
}

// appender is a buffer to write to.
type appender []byte

func (a *appender) Write(p []byte) (int, error) {
	*a = append(*a, p...)
	return len(p), nil
}

// acceptsGzip reports whether a client likes gzip, which it names or means by *, at least as much as what is not coded.
// https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
func acceptsGzip(accept []string) bool {
	unset := -1.0
	gzip, all, identity := unset, 0.0, 0.0
	for _, list := range accept {
		for part := range strings.SplitSeq(list, ",") {
			switch coding, q, ok := mediaRange(part); {
			case !ok:
			case coding == "gzip":
				gzip = q
			case coding == "*":
				all = q
			case coding == "identity":
				identity = q
			}
		}
	}
	if gzip == unset {
		gzip = all
	}
	return gzip > 0 && gzip >= identity
}
