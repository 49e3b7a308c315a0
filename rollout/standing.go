package rollout

import (
	"context"
	"slices"
)

// Standing is a migration and where it stands, for people and for the API.
type Standing struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Owner       string   `json:"owner,omitempty"`
	Why         string   `json:"why,omitempty"`
	Coordinates []string `json:"coordinates"`
	// Paths that move beside them.
	Paths []Path `json:"paths,omitempty"`
	From  string `json:"from"`
	To    string `json:"to"`
	// Key is who is kept together, such as "claim tenant".
	Key   []string  `json:"key"`
	Steps []float64 `json:"steps"`
	State
	// Revision of the state; 0 if nobody has changed it.
	Revision uint64 `json:"revision"`
	// Analysis and Schedule are those of the file, with their defaults; Verdict is what this replica found last.
	Analysis *Analysis `json:"analysis,omitempty"`
	Schedule *Schedule `json:"schedule,omitempty"`
	Verdict  *Verdict  `json:"verdict,omitempty"`
	// Stale is why the state may be an older one; "" if it is the newest.
	Stale string `json:"stale,omitempty"`
}

// Show is where a migration stands.
func (b *Board) Show(name string) (Standing, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.moving[name]
	if !ok {
		return Standing{}, ErrUnknown
	}
	return b.standing(m), nil
}

// Migration is a migration of the graph; an ErrUnknown if it has none of the name.
func (b *Board) Migration(name string) (*Migration, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.moving[name]
	if !ok {
		return nil, ErrUnknown
	}
	return m.Migration, nil
}

// List is where all migrations stand, by name.
func (b *Board) List() []Standing {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := []Standing{}
	for _, m := range b.inOrder() {
		out = append(out, b.standing(m))
	}
	return out
}

func (b *Board) standing(m *moving) Standing {
	s := b.state(m)
	out := Standing{
		Name: m.Name, Description: m.Description, Owner: m.Owner, Why: m.Why, From: m.From, To: m.To,
		Coordinates: slices.Concat([]string{}, m.Coordinates), Paths: m.Paths,
		Steps: m.steps(), State: s.State, Revision: s.revision, Key: []string{}, Schedule: m.Schedule, Verdict: m.verdict,
	}
	if m.Analysis != nil {
		filled := m.Analysis.Filled()
		out.Analysis = &filled
	}
	out.Allow, out.Deny = slices.Concat(m.Allow, s.Allow), slices.Concat(m.Deny, s.Deny)
	keys := m.Key
	if len(keys) == 0 {
		keys = b.Table().keys
	}
	for _, k := range keys {
		out.Key = append(out.Key, k.String())
	}
	if b.away != nil {
		out.Stale = b.away.Error()
		return out
	}
	select {
	case <-b.read:
	default:
		if b.store != nil {
			out.Stale = "the store has not been read yet"
		}
	}
	return out
}

// Past is one of a migration's states.
type Past struct {
	State
	Revision uint64 `json:"revision"`
}

// History lists the states that are kept of a migration, the oldest first.
func (b *Board) History(ctx context.Context, name string) ([]Past, error) {
	if _, err := b.Show(name); err != nil {
		return nil, err
	}
	out := []Past{}
	if b.store == nil {
		return out, nil
	}
	list, err := b.store.History(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		s, err := parse(e)
		if err != nil {
			return nil, err
		}
		out = append(out, Past{s.State, s.revision})
	}
	return out, nil
}
