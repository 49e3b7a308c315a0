package transport

import (
	"encoding/json"
	"errors"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// write sends messages one after the other. A client that does not take them in time is cut off.
func (c *socket) write(list ...message) {
	c.writes.Lock()
	defer c.writes.Unlock()
	for _, m := range list {
		if m.Type == "complete" || m.Type == "error" {
			c.free(m.ID) // under the lock, so that a connection that ends for want of operations is not closed before this is sent
		}
		_ = c.conn.SetWriteDeadline(time.Now().Add(writing))
		if err := c.conn.WriteMessage(websocket.TextMessage, m.text()); err != nil {
			c.cut()
			_ = c.conn.Close()
			return
		}
	}
}

// text is the message as it is sent. The payload is JSON already.
func (m message) text() []byte {
	out := make([]byte, 0, len(m.Payload)+len(m.ID)+len(m.Type)+40)
	out = append(append(append(out, `{"type":"`...), m.Type...), '"')
	if m.ID != "" {
		if id, err := json.Marshal(m.ID); err == nil {
			out = append(append(out, `,"id":`...), id...)
		}
	}
	if len(m.Payload) > 0 {
		out = append(append(out, `,"payload":`...), m.Payload...)
	}
	return append(out, '}')
}

// maxReason is how long the reason of a close may be, in bytes (RFC 6455, 5.5).
const maxReason = 123

// close tells the client why the connection ends.
func (c *socket) close(code int, why string) {
	if len(why) > maxReason {
		why = why[:maxReason]
	}
	c.writes.Lock()
	defer c.writes.Unlock()
	_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(writing))
	_ = c.conn.Close()
}

// watch asks the client whether it is there, and ends the connection when the server ends.
func (c *socket) watch() {
	ping := time.NewTicker(c.k.cfg.PingInterval)
	defer ping.Stop()
	for {
		select {
		case <-c.ctx.Done():
			_ = c.conn.Close()
			return
		case <-c.k.ending:
			c.end()
			return
		case <-ping.C:
			if c.isAcked() {
				c.write(message{Type: "ping"})
			}
		}
	}
}

// end closes the connection when nothing is under way on it any more.
func (c *socket) end() {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for c.busy() {
		select {
		case <-c.ctx.Done():
			_ = c.conn.Close()
			return
		case <-look.C:
		}
	}
	c.close(websocket.CloseGoingAway, "the server ends")
}

func (c *socket) busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.under) > 0
}

func (c *socket) isAcked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.acked
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}
