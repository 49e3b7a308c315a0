package telemetry

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"log/slog"
	"math/big"
	"net/http"
	"strconv"

	"github.com/ficusgraph/ficus/telemetry/trace"
)

// formatsOfIDs are the ways to write a trace's id.
var formatsOfIDs = []string{"hexadecimal", "open_telemetry", "decimal", "datadog", "uuid"}

// Tell writes the id of the trace into the header of its answer, if clients are to know it.
func (t *Tracer) Tell(h http.Header, tr *trace.Trace) {
	if t != nil && tr != nil && t.response.Enabled {
		h[t.response.HeaderName] = []string{writeID(tr.ID, t.response.Format)}
	}
}

func writeID(id trace.ID, format string) string {
	text := hex.EncodeToString(id[:])
	switch format {
	case "decimal":
		return new(big.Int).SetBytes(id[:]).String()
	case "datadog": // which knows 64 bits of it
		return strconv.FormatUint(binary.BigEndian.Uint64(id[8:]), 10)
	case "uuid":
		return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
	}
	return text
}

// traced adds to each line the trace and the span that its context is part of.
type traced struct{ slog.Handler }

// Handle implements slog.Handler.
func (h traced) Handle(ctx context.Context, r slog.Record) error {
	if s := trace.FromContext(ctx); s != nil {
		id := s.Trace().ID
		r.AddAttrs(slog.String("trace_id", hex.EncodeToString(id[:])), slog.String("span_id", hex.EncodeToString(s.ID[:])))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{h.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (h traced) WithGroup(name string) slog.Handler { return traced{h.Handler.WithGroup(name)} }
