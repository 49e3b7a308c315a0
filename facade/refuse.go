package facade

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
)

// headerError carries the code to the client.
const (
	headerError     = "Ficus-Error"
	headerRequestID = "X-Request-Id"
)

// refusal is an answer of the facade's own.
type refusal struct {
	code Code
	// status in place of the code's; 0 is that of the code.
	status int
	// message for the client; the cause is for the log.
	message string
	cause   error
}

func refuse(code Code, message string) *refusal { return &refusal{code: code, message: message} }

// text is what the client is told: nothing of where the back end is.
func (r *refusal) text() string {
	if r.message != "" {
		return r.message
	}
	switch r.code {
	case H12, H15:
		return "the application did not answer in time; what was asked for may still be done"
	case H13, H17, H18:
		return "the application did not answer as it should; what was asked for may have been done"
	case H11, H22:
		return "the application has as much to do as it can; try again in a moment"
	case H24:
		return "the connection was ended; try again"
	case H28:
		return "the request did not arrive in time"
	case H80:
		return "the application is being maintained; try again later"
	}
	return "the application cannot be reached; try again in a moment"
}

// write answers with a page, JSON or plain text, as the client accepts.
func (r *refusal) write(w http.ResponseWriter, req *http.Request, id string) (status int) {
	status = r.status
	if status == 0 {
		status = meanings[r.code].status
	}
	h := w.Header()
	for _, name := range []string{"Content-Length", "Content-Encoding", "Etag", "Last-Modified", "Trailer"} {
		h.Del(name)
	}
	h.Set(headerError, string(r.code))
	h.Set("Cache-Control", "no-store")
	if r.code == H11 || r.code == H22 {
		h.Set("Retry-After", "1")
	}
	kind, body := r.body(req.Header.Get("Accept"), id)
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if req.Method != http.MethodHead {
		_, _ = w.Write(body) //nolint:gosec // what comes from the request is escaped
	}
	return status
}

// body is the answer in the form that the client names first: who names neither gets a line.
func (r *refusal) body(accept, id string) (kind string, body []byte) {
	for part := range strings.SplitSeq(accept, ",") {
		kind, _, _ := strings.Cut(strings.TrimSpace(strings.ToLower(part)), ";")
		switch {
		case kind == "text/html" || kind == "application/xhtml+xml":
			return "text/html; charset=utf-8", fmt.Appendf(nil, page, r.code, r.code, html.EscapeString(meanings[r.code].description),
				html.EscapeString(sentence(r.text())), html.EscapeString(id))
		case kind == "application/json" || strings.HasSuffix(kind, "+json"):
			var out struct {
				Error struct {
					Code        Code   `json:"code"`
					Description string `json:"description"`
					Message     string `json:"message"`
					RequestID   string `json:"request_id"`
				} `json:"error"`
			}
			out.Error.Code, out.Error.Description, out.Error.Message, out.Error.RequestID = r.code, meanings[r.code].description, r.text(), id
			text, _ := json.Marshal(out) // of strings
			return "application/json", append(text, '\n')
		}
	}
	return "text/plain; charset=utf-8", fmt.Appendf(nil, "%s: %s (request %s)\n", r.code, r.text(), id)
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }

// page is what people see in a browser.
const page = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>%s</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:18vh auto;padding:0 1em;color:#222}small{color:#666}</style></head>
<body><h1>%s %s</h1><p>%s</p><p><small>Request %s</small></p></body></html>
`
