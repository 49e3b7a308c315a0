package mocks

import (
	"encoding/json"
	"net/http"
)

// Scenarios answers what can be chosen, as JSON: the scenarios, those of files first and each by name, and the parts of a choice. It is
// for pages on which people choose, and belongs only where requests may choose.
func (g *Gate) Scenarios(w http.ResponseWriter, _ *http.Request) {
	_, script := g.Current()
	body, err := json.Marshal(struct {
		Scenarios []Scenario `json:"scenarios"`
		// Default is that of requests that choose none.
		Default string `json:"default,omitempty"`
		// Parts are the keys that a choice may have.
		Parts []string `json:"parts"`
	}{script.Scenarios(), g.Config.Scenario, choiceKeys})
	if err != nil {
		http.Error(w, "the scenarios cannot be written", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // a client that left reads nothing
}
