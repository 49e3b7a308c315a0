package wire

import (
	"slices"
	"time"
)

// take is the idle connection that was used last, nil if there is none.
func (c *Client) take() *conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := len(c.idle) - 1
	if last < 0 {
		return nil
	}
	cn := c.idle[last]
	c.idle[last] = nil
	c.idle = c.idle[:last]
	return cn
}

// done keeps a connection for the next request, or closes one that cannot have any.
func (c *Client) done(cn *conn) {
	now := time.Now()
	if cn.spent || now.After(cn.until) {
		_ = cn.Close()
		return
	}
	cn.used, cn.since = true, now
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		_ = cn.Close()
		return
	}
	c.idle = append(c.idle, cn)
	if c.sweeper == nil {
		c.sweeper = time.AfterFunc(c.cfg.IdleTimeout, c.sweep)
	}
}

// sweep closes the connections that were idle for too long. Those stand first.
func (c *Client) sweep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	limit := time.Now().Add(-c.cfg.IdleTimeout)
	n := 0
	for n < len(c.idle) && !c.idle[n].since.After(limit) {
		_ = c.idle[n].Close()
		n++
	}
	c.idle = slices.Delete(c.idle, 0, n)
	if len(c.idle) == 0 {
		c.sweeper = nil
		return
	}
	c.sweeper.Reset(c.idle[0].since.Sub(limit))
}

// Close closes the connections that are not in use, and the others when their requests end. Requests that come
// later get a connection each.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, cn := range c.idle {
		_ = cn.Close()
	}
	c.idle = nil
	if c.sweeper != nil { // or it would hold the client until it fires
		c.sweeper.Stop()
		c.sweeper = nil
	}
}
