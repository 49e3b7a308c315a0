package engine

import (
	"context"
	"time"

	"github.com/ficusgraph/ficus/engine/operation"
)

// Know validates texts that will be asked, and plans as many of them as are planned on a new graph, for callers without
// labels who may read what nobody needs a token for. The errors, at the places of their texts, say which do not fit.
func (s *Snapshot) Know(ctx context.Context, texts []string) []error {
	out := make([]error, len(texts))
	enough := time.Now().Add(warmFor)
	left := s.warmed()
	for i, text := range texts {
		if ctx.Err() != nil {
			break
		}
		if left == 0 || time.Now().After(enough) {
			_, out[i] = operation.Parse(s.Graph.API, text, s.cfg.Limits)
			continue
		}
		left--
		out[i] = s.know(ctx, text)
	}
	return out
}

// know plans the operations of one text.
func (s *Snapshot) know(ctx context.Context, text string) error {
	doc, err := s.document(ctx, text, nil, nil)
	if err != nil {
		return err
	}
	for _, name := range doc.Names() {
		r := &Request{Query: text, OperationName: name}
		prepared, err := doc.Operation(name)
		if err != nil {
			return err
		}
		mask, err := prepared.Mask(assumed(prepared))
		if err != nil {
			return err
		}
		d := decided{prepared, mask}
		who, err := s.callers.like(d, caller{})
		if err != nil {
			return err
		}
		u, err := s.plan(ctx, variant{d, who}, r, nil, nil)
		if err != nil {
			return err
		}
		// Where operations are refused whole for what takes a token, this caller's refusal says nothing of the document.
		if u.err != nil && (s.access == nil || !s.access.Reject) {
			return u.err
		}
	}
	return nil
}
