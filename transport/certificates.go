package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"
)

// Files are where certificates lie.
type Files struct {
	// Read and Stat are of files that the configuration names; the system's where they are nil.
	Read func(name string) ([]byte, error)
	Stat func(name string) (fs.FileInfo, error)
	// Origin is the file that a value of the configuration was taken from, "" for none.
	Origin func(value string) string
}

// certificates is TLS of one listener as its files say now. Only one goroutine looks at them; connections read one
// atomic pointer. Files that are not good, or half replaced, leave the last good ones in force.
type certificates struct {
	// name of the listener in the configuration.
	name  string
	cfg   ServerTLS
	files Files
	log   *slog.Logger
	now   func() time.Time

	current atomic.Pointer[tls.Config]
	// seen is what the files were when they were last read, failed why that was of no use; warned is when it was last
	// said that a certificate expires.
	seen   []seenFile
	failed string
	warned time.Time
}

// seenFile changes when the file does.
type seenFile struct {
	changed time.Time
	size    int64
}

const (
	// lookAtFiles is how often it is looked whether they changed.
	lookAtFiles = time.Second
	// expiresSoon is how long before its end a certificate is warned of, once in warnEvery.
	expiresSoon = 14 * 24 * time.Hour
	warnEvery   = 24 * time.Hour
)

// newCertificates is TLS of a listener, nil where it speaks none. What is configured must be right at the start.
func newCertificates(name string, cfg ServerTLS, files Files, log *slog.Logger) (*certificates, error) {
	if !cfg.enabled() {
		return nil, nil //nolint:nilnil // no TLS is no error
	}
	// A value that was taken from a file may change with it.
	from := func(value *string) {
		if files.Origin == nil {
			return
		}
		if file := files.Origin(*value); file != "" {
			*value = file
		}
	}
	from(&cfg.Certificate)
	from(&cfg.CertificateChain)
	from(&cfg.Key)
	if a := cfg.ClientAuthentication; a != nil {
		own := *a
		from(&own.CA)
		cfg.ClientAuthentication = &own
	}
	c := &certificates{name: name, cfg: cfg, files: files, log: log, now: time.Now}
	c.seen = c.look()
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("%s.%w", name, err)
	}
	c.warn()
	return c, nil
}

// load makes what the files hold the current TLS.
func (c *certificates) load() error {
	next, err := c.cfg.load(c.files.Read)
	if err != nil {
		return err
	}
	c.current.Store(next)
	return nil
}

// look is what the files are.
func (c *certificates) look() []seenFile {
	var out []seenFile
	for _, value := range c.cfg.texts() {
		if !isFile(value) {
			continue
		}
		var now seenFile
		if info, err := c.files.Stat(value); err == nil {
			now = seenFile{info.ModTime(), info.Size()}
		}
		out = append(out, now)
	}
	return out
}

// follow reads the files again when they change, until the context ends.
func (c *certificates) follow(ctx context.Context) {
	ticker := time.NewTicker(lookAtFiles)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			c.refresh()
			c.warn()
		}
	}
}

// refresh reads the files if they changed. One that was of no use is tried again: it may have been read while it was
// written.
func (c *certificates) refresh() {
	now := c.look()
	same := len(now) == len(c.seen)
	for i := range now {
		same = same && now[i] == c.seen[i]
	}
	if same && c.failed == "" {
		return
	}
	c.seen = now
	err := c.load()
	switch {
	case err == nil:
		c.failed, c.warned = "", time.Time{}
		c.log.Info("certificates have changed", slog.String("listener", c.name), slog.Time("expires", c.expires()))
	case err.Error() != c.failed:
		c.failed = err.Error()
		c.log.Error("certificates cannot be read; the last ones stay in force", slog.String("listener", c.name), slog.Any("error", err))
	}
}

// warn says that the certificate expires soon, or has expired.
func (c *certificates) warn() {
	now, end := c.now(), c.expires()
	if end.Sub(now) > expiresSoon || now.Sub(c.warned) < warnEvery {
		return
	}
	c.warned = now
	text := "the certificate expires soon; renew it"
	if !now.Before(end) {
		text = "the certificate has expired; clients refuse to connect"
	}
	c.log.Warn(text, slog.String("listener", c.name), slog.Time("expires", end))
}

// expires is when the first certificate of the chain that clients are shown expires.
func (c *certificates) expires() time.Time {
	var first time.Time
	for _, der := range c.current.Load().Certificates[0].Certificate {
		if cert, err := x509.ParseCertificate(der); err == nil && (first.IsZero() || cert.NotAfter.Before(first)) {
			first = cert.NotAfter
		}
	}
	return first
}

// config is TLS of a server whose connections each begin with the current certificates.
func (c *certificates) config() *tls.Config {
	first := c.current.Load().Clone()
	first.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.current.Load(), nil }
	return first
}

// Certificates are when those of the listeners expire, asked at any time; by the listener's name in the configuration.
func (s *Server) Certificates() map[string]func() time.Time {
	out := map[string]func() time.Time{}
	for name, c := range map[string]*certificates{"supergraph": s.certificates.public, "admin": s.certificates.admin} {
		if c != nil {
			out[name] = c.expires
		}
	}
	return out
}
