package monolith

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
)

// DebugHeader is the request header, with the value true, by which a client asks to see the calls of its operation
// where connectors.debug_extensions allows it.
const DebugHeader = "Apollo-Connectors-Debugging"

// How much of an operation's calls is shown: of each body and value, and of all together.
const (
	maxDebugBody = 8 << 10
	maxDebug     = 256 << 10
)

// debugKey is where a context has its Debug.
type debugKey struct{}

// Debug gathers the calls of one operation, to be shown in its response. It may be used from many goroutines.
type Debug struct {
	mu      sync.Mutex
	calls   []debugged
	size    int
	omitted int
}

// debugged is a call as it is shown, with what it is ordered by.
type debugged struct {
	coordinate, url string
	json            []byte
}

// WithDebug is a context whose calls are gathered.
func WithDebug(ctx context.Context) (context.Context, *Debug) {
	d := &Debug{}
	return context.WithValue(ctx, debugKey{}, d), d
}

// Gather adds the call to those that its context gathers, if it does.
func Gather(ctx context.Context, c *Call) {
	if d, ok := ctx.Value(debugKey{}).(*Debug); ok {
		d.add(c)
	}
}

func (d *Debug) add(c *Call) {
	shown := c.Look().Show(maxDebugBody)
	for i := range shown.Problems {
		shown.Problems[i].At = "" // the text of a composed graph is not what people write
	}
	text, err := json.Marshal(shown)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil || d.size+len(text) > maxDebug {
		d.omitted++
		return
	}
	d.size += len(text)
	d.calls = append(d.calls, debugged{c.Connector.Coordinate, c.URL, text})
}

// AppendExtensions appends the calls, in the order of their coordinates and URLs, as the object that is a response's
// extensions.
func (d *Debug) AppendExtensions(dst []byte) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.SortStableFunc(d.calls, func(a, b debugged) int {
		return cmp.Or(cmp.Compare(a.coordinate, b.coordinate), cmp.Compare(a.url, b.url))
	})
	dst = append(dst, `{"connectors":{"version":1,"calls":[`...)
	for i, c := range d.calls {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, c.json...)
	}
	dst = strconv.AppendInt(append(dst, `],"omitted":`...), int64(d.omitted), 10)
	return append(dst, "}}"...)
}
