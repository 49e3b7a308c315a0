package mocks

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/ficusgraph/ficus/engine/supergraph"
)

// Headers of requests and of answers. A cookie of the name HeaderChoice does the same, with its value encoded as in
// a URL; the header goes before it.
const (
	HeaderChoice = "Ficus-Mock"
	HeaderMocked = "Ficus-Mocked"
)

// CodeChoice is the code, in extensions.code, of a request whose choice cannot be made.
const CodeChoice = "MOCK_CHOICE_INVALID"

// Gate lets requests choose what the mock source does for them, and says in answers how much was made up.
type Gate struct {
	Config Config
	// Current is the graph that is served, and the script of its mock source.
	Current func() (*supergraph.Supergraph, *Script)
}

// Wrap is the handler behind the gate. A request whose choice cannot be made is answered with 400.
func (g *Gate) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		choice, err := g.choice(r)
		if err != nil {
			refuse(w, err)
			return
		}
		request := &Request{Choice: choice}
		if g.Config.Report {
			w = &marking{ResponseWriter: w, request: request}
		}
		next.ServeHTTP(w, r.WithContext(NewContext(r.Context(), request)))
	})
}

// choice is what the request, or else the configuration, asks for.
func (g *Gate) choice(r *http.Request) (*Choice, error) {
	c, err := g.chosen(r)
	if err != nil {
		return nil, err
	}
	if g.Config.Scenario != "" && (c == nil || c.Scenario == "") {
		if c == nil {
			c = &Choice{}
		}
		c.Scenario = g.Config.Scenario
	}
	return c, nil
}

func (g *Gate) chosen(r *http.Request) (*Choice, error) {
	if !g.Config.PerRequest {
		return nil, nil
	}
	from, text := HeaderChoice, ""
	if values := r.Header.Values(HeaderChoice); len(values) > 1 {
		return nil, errors.New(from + ": there are two such headers")
	} else if len(values) == 1 {
		text = values[0]
	} else if cookie, err := r.Cookie(HeaderChoice); err == nil {
		from = "cookie " + HeaderChoice
		if text, err = url.PathUnescape(cookie.Value); err != nil {
			return nil, errors.New(from + ": its value is not encoded as in a URL")
		}
	}
	c, err := ParseChoice(text)
	if err == nil && c != nil {
		graph, script := g.Current()
		err = script.Check(graph, c)
	}
	if err != nil {
		return nil, errors.New(from + ": " + err.Error())
	}
	return c, nil
}

func refuse(w http.ResponseWriter, why error) {
	body, err := json.Marshal(map[string]any{"errors": []any{
		map[string]any{"message": why.Error(), "extensions": map[string]string{"code": CodeChoice}},
	}})
	if err != nil {
		body = []byte(`{"errors":[{"message":"the choice cannot be made"}]}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(body) // a client that left reads nothing
}

// marking counts in a header what of the answer was made up.
type marking struct {
	http.ResponseWriter
	request *Request
	begun   bool
}

// WriteHeader implements http.ResponseWriter.
func (m *marking) WriteHeader(status int) {
	if n := m.request.Count(); n > 0 && !m.begun {
		m.Header().Set(HeaderMocked, strconv.Itoa(n))
	}
	m.begun = true
	m.ResponseWriter.WriteHeader(status)
}

// Flush implements http.Flusher, for answers that come in parts.
func (m *marking) Flush() { _ = http.NewResponseController(m.ResponseWriter).Flush() }

// Unwrap is for http.ResponseController.
func (m *marking) Unwrap() http.ResponseWriter { return m.ResponseWriter }
