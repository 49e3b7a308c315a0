package shadow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/rollout/comparison"
)

// sample is one answer that is to be compared.
type sample struct {
	shadow    *Shadow
	migration *rollout.Shadowed
	ledger    *ledger
	// query and name of the operation that the client sent, pruned what of it is compared.
	query, name string
	pruned      *pruned
	// body is what the client got, variables what it sent, active the labels by which it was answered.
	body, variables []byte
	active          []string
	// held is how many bytes it has of the budget.
	held int
}

// leave gives back what the sample has of the budget.
func (s *sample) leave() { s.ledger.budget.leave(s.held) }

// Why a sample that was asked for cannot be compared.
var (
	errEffects = errors.New("something of the operation may change something")
	errRefused = errors.New("a side refused the pruned operation")
	errRoom    = errors.New("the answers are larger than the budget")
)

// run asks both sides, compares, and writes down what that came to.
func (s *sample) run(ctx context.Context) {
	defer s.leave()
	defer func() {
		if v := recover(); v != nil { // whatever is wrong here must not end the gateway
			s.ledger.fail("panic")
			s.shadow.Logger.Error("a comparison failed", slog.String("migration", s.migration.Name), slog.Any("panic", v))
		}
	}()
	if s.pruned = s.shadow.cases.of(s.shadow.Graph(), s.migration, s.query, s.name); s.pruned == nil {
		return // what moves only helps to answer it
	}
	s.ledger.sample()
	v, err := s.compare(ctx)
	if err != nil {
		s.ledger.fail(reason(err))
		s.shadow.Logger.Debug("a sample cannot be compared", slog.String("migration", s.migration.Name), slog.Any("error", err))
		return
	}
	s.ledger.note(v)
	for _, d := range v.real {
		if m := s.mismatch(d); s.ledger.keep(m) {
			s.shadow.Logger.Warn("the sides of a migration differ", slog.String("migration", s.migration.Name),
				slog.String("coordinate", d.Field), slog.String("path", m.Path), slog.String("kind", string(d.Kind)), slog.String("id", m.ID))
		}
	}
}

// reason is why a sample failed, as it is counted.
func reason(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, errEffects):
		return "side effects"
	case errors.Is(err, errRoom):
		return "budget"
	case errors.Is(err, errRefused):
		return "refused"
	}
	return "unreadable"
}

// verdict is what a sample came to.
type verdict struct {
	seen []string
	// raw are the coordinates at which the other side differs, noise those at which the same side does, or did once
	// asked again; real is what is left.
	raw, noise []string
	real       []comparison.Difference
	unaligned  int
}

// compare asks and compares. The order of the sides alternates, so that time is on no side.
func (s *sample) compare(ctx context.Context) (verdict, error) {
	got, err := comparison.Read(s.body)
	if err != nil {
		return verdict{}, err
	}
	rules, _ := s.migration.Compare.At(s.shadow.Now())
	other, same, err := s.both(ctx)
	if err != nil {
		return verdict{}, err
	}
	raw := comparison.Compare(s.pruned.root, rules, got, other)
	itself := comparison.Compare(s.pruned.root, rules, got, same)
	v := verdict{seen: raw.Seen, unaligned: raw.Unaligned, raw: places(raw.Differences), noise: places(itself.Differences)}
	_, v.real = comparison.Noise(raw.Differences, itself.Differences)
	if len(v.real) == 0 {
		return v, nil
	}
	// Once more: what is real is still there, and the same side still says what the client got.
	if other, same, err = s.both(ctx); err != nil {
		return verdict{}, err
	}
	still := comparison.Compare(s.pruned.root, rules, same, other)
	itself = comparison.Compare(s.pruned.root, rules, got, same)
	confirmed, gone := comparison.Noise(v.real, still.Differences)
	moved, confirmed := comparison.Noise(confirmed, itself.Differences)
	v.real = confirmed
	v.noise = append(append(v.noise, places(gone)...), places(moved)...)
	return v, nil
}

// places are the coordinates of differences.
func places(list []comparison.Difference) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Coordinate)
	}
	return out
}

// both asks the two sides.
func (s *sample) both(ctx context.Context) (other, same comparison.Answer, err error) {
	labels := [2][]string{toggled(s.active, s.migration.Label()), s.active}
	var answers [2]comparison.Answer
	first := int(s.shadow.parity.Add(1) % 2)
	for _, side := range [2]int{first, 1 - first} {
		if answers[side], err = s.ask(ctx, labels[side]); err != nil {
			return other, same, err
		}
	}
	return answers[0], answers[1], nil
}

// ask asks one side.
func (s *sample) ask(ctx context.Context, labels []string) (comparison.Answer, error) {
	body, err := s.fetch(ctx, labels)
	if err != nil {
		return comparison.Answer{}, err
	}
	return comparison.Read(body)
}

// aside is the context of a request that is made to compare: it ends in time, and with the gateway.
func (s *Shadow) aside(ctx context.Context, m *rollout.Shadowed) (marked context.Context, whole func() bool, end func()) {
	ctx, whole = s.Aside(ctx, m.Shadow.Safe)
	ctx, cancel := context.WithTimeout(ctx, m.Shadow.Timeout)
	stop := context.AfterFunc(s.living, cancel)
	return ctx, whole, func() { stop(); cancel() }
}

// values are the variables of the pruned operation, from those that the client sent.
func (p *pruned) values(sent []byte) ([]byte, error) {
	given := map[string]json.RawMessage{}
	if len(sent) > 0 {
		if err := json.Unmarshal(sent, &given); err != nil {
			return nil, fmt.Errorf("variables: %w", err)
		}
	}
	out := map[string]json.RawMessage{}
	for _, name := range p.variables {
		v, ok := given[name]
		if !ok {
			v, ok = p.defaults[name]
		}
		if ok {
			out[name] = v
		}
	}
	for _, w := range p.written {
		out[w.name] = w.json
	}
	return json.Marshal(out)
}
