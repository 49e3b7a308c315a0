package service

import (
	"slices"
	"sync"
	"time"

	"github.com/ficusgraph/ficus/examples/health/graph/model"
)

// deployed is a deploy of the legacy application's feed.
type deployed struct {
	ID      int64  `json:"id"`
	SiteID  int64  `json:"site_id"`
	EnvName string `json:"env_name"`
	State   int    `json:"state"`
}

// States of a deploy that is over, and the environment that visitors see.
const (
	succeeded = 2
	failed    = 3
	live      = "live"
)

// window is how many deploys a site's health looks at.
const window = 10

// sites are the last deploys of each site. It is safe for use by many.
type sites struct {
	// anywhere is the mistake of version 1.
	anywhere bool
	now      func() time.Time

	mu   sync.RWMutex
	last map[int64][]bool // whether they went well, the oldest first
	// behind is the last deploy read; whole says that all were read once.
	behind int64
	whole  bool
}

func newSites(anywhere bool, now func() time.Time) *sites {
	return &sites{anywhere: anywhere, now: now, last: map[int64][]bool{}}
}

// take adds deploys in their order. One that is not over does not count, and is not waited for: the legacy application
// never changes it.
func (s *sites) take(list []deployed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range list {
		s.behind = d.ID
		if d.State != succeeded && d.State != failed || d.EnvName != live && !s.anywhere {
			continue
		}
		known := s.last[d.SiteID]
		if len(known) == window {
			known = slices.Delete(known, 0, 1)
		}
		s.last[d.SiteID] = append(known, d.State == succeeded)
	}
}

func (s *sites) after() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.behind
}

func (s *sites) caughtUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole = true
}

func (s *sites) complete() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.whole
}

// Health is how the site does. A site that nothing is known of may be a new one.
func (s *sites) Health(site int64) *model.SiteHealth {
	s.mu.RLock()
	known := slices.Clone(s.last[site])
	s.mu.RUnlock()
	h := &model.SiteHealth{Grade: model.HealthGradeUnknown, CheckedAt: int(s.now().Unix())}
	if len(known) == 0 {
		return h
	}
	for _, ok := range known {
		if !ok {
			h.FailedDeploys++
		}
	}
	switch {
	case !known[len(known)-1]:
		h.Grade = model.HealthGradeFailing
	case h.FailedDeploys > 0:
		h.Grade = model.HealthGradeDegraded
	default:
		h.Grade = model.HealthGradeHealthy
	}
	share := float64(len(known)-h.FailedDeploys) / float64(len(known))
	h.Reliability = &share
	return h
}
