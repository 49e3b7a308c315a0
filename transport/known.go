package transport

import (
	"net/http"

	"github.com/ficusgraph/ficus/documents"
)

// Documents finds the texts of operations that are known beforehand.
type Documents interface {
	Find(asked documents.Asked) (string, *documents.Refusal)
}

var _ Documents = (*documents.Store)(nil)

// know gives the parameters the text that is to be executed. Whatever way a request comes, it passes here: what may be
// asked at all is decided here.
func (parts *Parts) know(p *params, h http.Header) *refusal {
	if parts.Documents == nil {
		return p.check()
	}
	text, refused := parts.Documents.Find(documents.Asked{Text: p.query, ID: p.documentID, Extensions: p.extensions, Header: h})
	if refused != nil {
		return &refusal{
			status: refused.Status, code: refused.Code, message: refused.Message, uncached: refused.Code == documents.CodeNotFound,
		}
	}
	p.query = text
	return nil
}
