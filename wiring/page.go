package wiring

import (
	"errors"
	"sync/atomic"

	"github.com/ficusgraph/ficus/admin"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/console"
	"github.com/ficusgraph/ficus/owners"
	"github.com/ficusgraph/ficus/transport"
)

// What the dev page asks: what can be chosen from the mock source, and how far the contract is kept.
const (
	scenariosPath = "/_ficus/scenarios"
	statusPath    = "/_ficus/status"
)

// Page has browsers get the console, if it was built into this program.
func Page(cfg *config.Config, served *atomic.Pointer[owners.Graph], parts *transport.Parts) error {
	files, err := console.Dist()
	if err != nil {
		return err
	}
	front := cfg.Transport()
	facts := console.Facts{Graph: front.Path(), Header: front.CSRF.Header(), Status: statusPath}
	if parts.Beside[scenariosPath] != nil {
		facts.Scenarios = scenariosPath
	}
	p, err := console.New(files, facts)
	switch {
	case errors.Is(err, console.ErrNotBuilt):
		return nil // the explorer is served, and says so
	case err != nil:
		return err
	}
	parts.Page, parts.Beside[console.Prefix+"*"] = p, p
	parts.Beside[statusPath] = admin.SameSite(admin.JSON(parts.Logger, standing(served)))
	return nil
}
