package subgraph

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// checks asks the URLs of a service whether they are well, from its first fetch until it is closed.
type checks struct {
	cfg    HealthCheck
	client *http.Client
	// header is what each check sends: the protocol's, and what rules insert whoever asks.
	header http.Header

	once    sync.Once
	running sync.WaitGroup
	ctx     context.Context
	stop    context.CancelFunc
}

func newChecks(s Shaping, header http.Header, secure *tls.Config) *checks {
	c := &checks{cfg: s.LoadBalancing.HealthCheck, header: header.Clone()}
	for _, name := range []string{"Content-Encoding", "Accept-Encoding"} {
		c.header.Del(name)
	}
	c.client = &http.Client{
		Transport: newTransport(s, secure, nil), Timeout: c.cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.ctx, c.stop = context.WithCancel(context.Background())
	return c
}

// begin starts the checks, once.
func (c *checks) begin(all []*site, note func(*site, error)) {
	c.once.Do(func() {
		c.running.Go(func() { c.run(all, note) })
	})
}

// end stops the checks and waits for them.
func (c *checks) end() {
	c.once.Do(func() {}) // and none begins later
	c.stop()
	c.running.Wait()
	c.client.CloseIdleConnections()
}

func (c *checks) run(all []*site, note func(*site, error)) {
	tick := time.NewTicker(c.cfg.Interval)
	defer tick.Stop()
	for {
		var round sync.WaitGroup
		for _, t := range all {
			round.Go(func() {
				if err := c.ask(t.url); c.ctx.Err() == nil {
					note(t, err)
				}
			})
		}
		round.Wait()
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ask is an error where a URL is not well.
func (c *checks) ask(u *url.URL) error {
	method, body := http.MethodPost, `{"query":"{__typename}"}`
	if c.cfg.Path != "" {
		method, body = http.MethodGet, ""
		at := *u
		at.Path, at.RawPath, at.RawQuery = c.cfg.Path, "", ""
		u = &at
	}
	r, err := http.NewRequestWithContext(c.ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header = c.header
	res, err := c.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	switch fault := judge(res.StatusCode, res.Header.Get("Content-Type"), answer); {
	case err != nil:
		return err
	case c.cfg.Path != "" && (res.StatusCode < 200 || res.StatusCode > 299):
		return fmt.Errorf("%s answered HTTP %d", c.cfg.Path, res.StatusCode)
	case c.cfg.Path == "" && (res.StatusCode < 400 || res.StatusCode > 499) && fault != "":
		return errors.New(fault)
	}
	return nil
}
