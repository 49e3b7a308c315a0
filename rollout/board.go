package rollout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ficusgraph/ficus/events"
)

// Store keeps the states of migrations, by name, for all replicas.
type Store interface {
	// Put is an events.ErrConflict where the name has another revision.
	Put(ctx context.Context, name string, state []byte, revision uint64) (uint64, error)
	// Announce tells a state to all replicas that can be reached, and stores nothing.
	Announce(name string, state []byte)
	History(ctx context.Context, name string) ([]events.Entry, error)
	Watch(ctx context.Context, w events.Watcher) error
}

var _ Store = events.Bucket{}

// StoreName is what the store's bucket is called, and Kept how many changes of each migration it is to keep.
const (
	StoreName = "ficus_rollout"
	Kept      = 64
)

// Board holds the migrations with their states, and the Table that they make. It follows the store: a change is in
// force on each replica at its next request. While the store is away, what was known last holds.
type Board struct {
	cfg  Config
	open func() (Store, error)
	// store is nil until there is something to keep; opened is closed then.
	store  Store
	opened chan struct{}
	log    *slog.Logger
	now    func() time.Time
	table  atomic.Pointer[Table]
	// shadowing are the migrations whose sides are compared.
	shadowing atomic.Pointer[map[string]*Shadowed]
	mu        sync.Mutex
	moving    map[string]*moving
	// states are those of the store, also of migrations that no file names.
	states map[string]stated
	// read is closed once the store's states have been read; away is why it cannot be watched now.
	read chan struct{}
	away error
	// memory is the file of what was known last; forgotten says that it does not hold the states of now.
	memory    string
	forgotten bool
	writers   *Writers
	// wake ends the wait for the next end of an entry.
	wake chan struct{}
	next time.Time
	// facts are what of a request's facts counts.
	facts func(Facts) Facts
}

// moving is a migration of the graph.
type moving struct {
	*Migration
	// label is what the schema says.
	label string
	// verdict is the last one; nil if there was none.
	verdict *Verdict
}

// stated is a state of the store.
type stated struct {
	State
	revision uint64
	// remembered is one of the file: whatever the store says is newer.
	remembered bool
}

// Parts are what a Board needs of its surroundings. Store opens the store when the first migration is defined; it may be
// left out: states are then those of the schema.
type Parts struct {
	Store func() (Store, error)
	// Memory names a file that holds what was known last, for a start while the store is away; "" for none.
	Memory string
	// Writers remember who wrote through which side; nil remembers nobody.
	Writers *Writers
	// Facts are what of a request's facts counts; nil is what they say.
	Facts  func(Facts) Facts
	Logger *slog.Logger
	Now    func() time.Time
}

// NewBoard is a board without migrations.
func NewBoard(cfg Config, parts Parts) *Board {
	b := &Board{
		cfg: cfg, open: parts.Store, opened: make(chan struct{}), log: parts.Logger, now: parts.Now, memory: parts.Memory, writers: parts.Writers,
		facts:  parts.Facts,
		states: map[string]stated{}, wake: make(chan struct{}, 1), read: make(chan struct{}),
	}
	if b.log == nil {
		b.log = slog.Default()
	}
	if b.now == nil {
		b.now = time.Now
	}
	b.recall()
	b.table.Store(New(cfg))
	b.shadowing.Store(new(map[string]*Shadowed))
	return b
}

// Table is what decides now. Whoever decides several labels of one request takes it once.
func (b *Board) Table() *Table { return b.table.Load() }

// Define makes the migrations those of a graph, each with the label that its coordinates have in the schema. It fails
// if there is the first one, and the store cannot be opened, and where one needs what is not configured.
func (b *Board) Define(list []*Migration, labels map[string]string) error {
	for _, m := range list {
		if m.Lowering == Keep && b.cfg.Secret == "" {
			return fmt.Errorf("%s: lowering: keep needs rollout.secret, by which the cookies of those who stay are signed", m.File)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(list) > 0 && b.store == nil && b.open != nil {
		store, err := b.open()
		if err != nil {
			return err
		}
		b.store = store
		close(b.opened)
	}
	b.moving = map[string]*moving{}
	for _, m := range list {
		b.moving[m.Name] = &moving{Migration: m, label: labels[m.Name]}
	}
	b.decide()
	return nil
}

// Await waits until the store's states are known, and no longer than the context lasts: what is known then holds. Without
// migrations there is nothing to wait for.
func (b *Board) Await(ctx context.Context) {
	b.mu.Lock()
	store := b.store
	b.mu.Unlock()
	if store == nil {
		return
	}
	select {
	case <-b.read:
	case <-ctx.Done():
		b.log.Warn("the states of migrations are not known yet; those of the schema hold until they are")
	}
}

// decide makes the table anew. The caller holds the lock.
func (b *Board) decide() {
	t := New(b.cfg)
	t.moves = len(b.moving) > 0
	now := b.now()
	b.next = time.Time{}
	for _, m := range b.inOrder() {
		rule, until := b.state(m).rule(m.Migration, now)
		t.rules[m.Label()] = rule
		if !until.IsZero() && (b.next.IsZero() || until.Before(b.next)) {
			b.next = until
		}
	}
	b.table.Store(t)
	shadowing := b.compared()
	b.shadowing.Store(&shadowing)
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// inOrder are the migrations by name. The caller holds the lock.
func (b *Board) inOrder() []*moving {
	out := slices.Collect(maps.Values(b.moving))
	slices.SortFunc(out, func(x, y *moving) int { return strings.Compare(x.Name, y.Name) })
	return out
}

func (b *Board) state(m *moving) stated {
	if s, ok := b.states[m.Name]; ok {
		return s
	}
	return stated{State: initial(m.label)}
}

// aDay is how long nothing is waited for.
const aDay = 24 * time.Hour

// Follow watches the store, and the ends of entries, until the context ends. It is called once.
func (b *Board) Follow(ctx context.Context) {
	var waiting sync.WaitGroup
	defer waiting.Wait()
	waiting.Go(func() { b.expire(ctx) })
	select {
	case <-ctx.Done():
		return
	case <-b.opened:
	}
	if err := b.store.Watch(ctx, events.Watcher{Changed: b.take, Current: b.current, Lost: b.lost}); err != nil {
		b.lost(err)
	}
}

// expire makes the table anew at the end of each entry, and has the file follow the states.
func (b *Board) expire(ctx context.Context) {
	for {
		b.remember()
		b.mu.Lock()
		next := b.next
		b.mu.Unlock()
		wait := aDay
		if !next.IsZero() {
			wait = max(next.Sub(b.now()), 0)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-b.wake:
			timer.Stop()
		case <-timer.C:
			b.mu.Lock()
			b.decide()
			b.mu.Unlock()
		}
	}
}

// take makes a revision of the store the state.
func (b *Board) take(e events.Entry) {
	s, err := parse(e)
	if err != nil {
		b.log.Error("a migration's state cannot be read; the last one holds", slog.String("migration", e.Key), slog.Any("error", err))
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	known := b.states[e.Key]
	switch {
	case e.Revision == 0 && s.Aborted:
		// Announced, and about to be stored: until then it is a state of the revision that is known.
		s.revision = known.revision
	case e.Revision <= known.revision && !known.remembered:
		return
	}
	b.states[e.Key] = s
	b.forgotten = true
	b.decide()
	b.log.Info("a migration has changed", slog.String("migration", e.Key), slog.String("change", s.Change.Verb), slog.String("by", s.Change.By),
		slog.String("why", s.Change.Why), slog.String("stage", string(s.Stage)), slog.String("percent", s.Percent.String()), slog.Bool("aborted", s.Aborted))
}

func parse(e events.Entry) (stated, error) {
	var s State
	if err := json.Unmarshal(e.Value, &s); err != nil {
		return stated{}, fmt.Errorf("state of %s: %w", e.Key, err)
	}
	return stated{State: s, revision: e.Revision}, nil
}

func (b *Board) current() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away != nil {
		b.log.Info("the states of migrations are followed again")
	}
	b.away = nil
	select {
	case <-b.read:
	default:
		close(b.read)
	}
}

func (b *Board) lost(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away == nil {
		b.log.Warn("the states of migrations cannot be followed; those known last hold", slog.Any("error", err))
	}
	b.away = err
}

// ErrUnknown is a migration that no file names.
var ErrUnknown = errors.New("there is no such migration")

// Do carries an order out. Where somebody else changed the migration meanwhile, or since the revision that the order is
// for, it is an events.ErrConflict. An abort does not ask: it is in force here, and announced to all replicas that can
// be reached, before it is stored, and is stored again and again until that succeeds or the context ends.
func (b *Board) Do(ctx context.Context, name string, o Order, of *uint64) (Standing, error) {
	if o.Verb == "abort" {
		return b.abort(ctx, name, o)
	}
	next, was, err := b.after(name, o)
	if err != nil {
		return Standing{}, err
	}
	if of != nil && *of != was {
		return Standing{}, events.ErrConflict
	}
	return b.put(ctx, name, next, was)
}

// between is how long an abort waits before it is tried again.
const between = 20 * time.Millisecond

func (b *Board) abort(ctx context.Context, name string, o Order) (Standing, error) {
	for first := true; ; first = false {
		next, was, err := b.after(name, o)
		if err != nil {
			return Standing{}, err
		}
		if first {
			b.take(events.Entry{Key: name, Value: next})
			b.store.Announce(name, next)
		}
		out, err := b.put(ctx, name, next, was)
		if err == nil || ctx.Err() != nil {
			return out, err
		}
		select {
		case <-ctx.Done():
			return out, fmt.Errorf("the abort is in force on the replicas that can be reached, and is not stored: %w", err)
		case <-time.After(between):
		}
	}
}

// after is the state after an order, as it is stored, and the revision of the one before.
func (b *Board) after(name string, o Order) (next []byte, revision uint64, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.moving[name]
	switch {
	case !ok:
		return nil, 0, ErrUnknown
	case b.store == nil:
		return nil, 0, errors.New("states cannot be changed: there is no store")
	}
	was := b.state(m)
	s, err := was.After(m.Migration, o, b.now().UTC())
	if err != nil {
		return nil, 0, err
	}
	next, err = json.Marshal(s)
	return next, was.revision, err
}

// put stores a state; here it is in force at once, though the watch would tell it too.
func (b *Board) put(ctx context.Context, name string, next []byte, was uint64) (Standing, error) {
	revision, err := b.store.Put(ctx, name, next, was)
	if err != nil {
		return Standing{}, err
	}
	b.take(events.Entry{Key: name, Value: next, Revision: revision})
	return b.Show(name)
}
