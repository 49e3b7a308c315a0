package subgraph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/websocket"
)

// socketMessage is a message of graphql-transport-ws in both directions.
// https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md
type socketMessage struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// socket subscribes over a WebSocket. Where the rules set headers, the payload of connection_init has them as well: services look for
// tokens there.
func (s *subscriber) socket(ctx context.Context, header http.Header, body []byte, take func([]byte) error) (status int, err error) {
	at := *s.url
	at.Scheme = map[string]string{"http": "ws", "https": "wss"}[at.Scheme]
	dialer := websocket.Dialer{
		Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: s.timeout, TLSClientConfig: s.secure, NetDialContext: s.client.DialContext,
	}
	for _, name := range []string{"Content-Type", "Accept"} {
		header.Del(name)
	}
	conn, res, err := dialer.DialContext(ctx, at.String(), header) //nolint:bodyclose // what it holds has been read
	if err != nil {
		if res != nil {
			return res.StatusCode, fmt.Errorf("HTTP %d: %w", res.StatusCode, err)
		}
		return 0, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer func() {
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(s.timeout))
		_ = conn.Close()
	}()
	conn.SetReadLimit(int64(s.maxBytes) + socketOverhead)
	payload, err := initPayload(header)
	if err != nil {
		return 0, err
	}
	x := talk{conn, s.timeout}
	if err := x.open(payload); err != nil {
		return 0, err
	}
	if err := x.say(socketMessage{ID: "1", Type: "subscribe", Payload: body}); err != nil {
		return 0, err
	}
	return 0, x.listen(take)
}

// socketOverhead is what a message has beside its payload, at most.
const socketOverhead = 256

// initPayload is the headers that rules made, but those of the protocol.
func initPayload(header http.Header) (json.RawMessage, error) {
	out := map[string]string{}
	for name, values := range header {
		if len(values) > 0 && !slices.Contains([]string{"User-Agent", "Traceparent", "Tracestate"}, name) {
			out[name] = values[0]
		}
	}
	return json.Marshal(out)
}

// talk is a WebSocket to a service.
type talk struct {
	conn    *websocket.Conn
	timeout time.Duration
}

func (x talk) say(m socketMessage) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_ = x.conn.SetWriteDeadline(time.Now().Add(x.timeout))
	return x.conn.WriteMessage(websocket.TextMessage, text)
}

// hear is the next message that is no ping or pong.
func (x talk) hear() (socketMessage, error) {
	for {
		var m socketMessage
		_, text, err := x.conn.ReadMessage()
		if errors.Is(err, websocket.ErrReadLimit) {
			return m, errTooLarge
		}
		if err != nil {
			return m, err
		}
		if err := json.Unmarshal(text, &m); err != nil {
			return m, fmt.Errorf("a message that is no JSON: %w", err)
		}
		switch m.Type {
		case "ping":
			if err := x.say(socketMessage{Type: "pong", Payload: m.Payload}); err != nil {
				return m, err
			}
		case "pong":
		default:
			return m, nil
		}
	}
}

// open says who connects, and waits until the service takes it.
func (x talk) open(payload json.RawMessage) error {
	if err := x.say(socketMessage{Type: "connection_init", Payload: payload}); err != nil {
		return err
	}
	_ = x.conn.SetReadDeadline(time.Now().Add(x.timeout))
	m, err := x.hear()
	switch {
	case err != nil:
		return err
	case m.Type != "connection_ack":
		return fmt.Errorf("a message of type %q instead of connection_ack", m.Type)
	}
	return x.conn.SetReadDeadline(time.Time{})
}

// listen takes the events until the service says that they are complete. An error of the operation is its last event.
func (x talk) listen(take func([]byte) error) error {
	for {
		m, err := x.hear()
		switch {
		case websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway):
			return errEventsEnded
		case errors.Is(err, errTooLarge):
			return err
		case err != nil:
			return fmt.Errorf("%w: %w", errEventsEnded, err)
		case m.ID != "1":
		case m.Type == "next":
			if err := take(m.Payload); err != nil {
				return err
			}
		case m.Type == "error":
			return take(fmt.Appendf(nil, `{"errors":%s}`, m.Payload))
		case m.Type == "complete":
			return nil
		default:
			return fmt.Errorf("a message of type %q, which is none of the protocol", m.Type)
		}
	}
}
