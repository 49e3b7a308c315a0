package events

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Bucket holds values by key, each with its revisions. It is made at its first use, when the cluster is there.
//
// Changes arrive on two ways. Whoever makes one announces it to all that are connected, which takes no more than the
// network does; the stream tells it too, in order and without gaps, though only after some seconds where the server
// died that told it. Revisions say which of both is newer.
type Bucket struct {
	broker *Broker
	config jetstream.KeyValueConfig
}

// Entry is one revision of a key's value.
type Entry struct {
	Key   string
	Value []byte
	// Revision grows with each change of the bucket; 0 is of a value that is not stored, but announced.
	Revision uint64
	At       time.Time
}

// ErrConflict means that the key has another revision than the one a change was made of.
var ErrConflict = errors.New("somebody else changed it meanwhile")

// Put makes the value the key's, if its revision is the one given; 0 is that of a key that is not there.
func (b Bucket) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	kv, err := b.open(ctx)
	if err != nil {
		return 0, err
	}
	next, err := kv.Update(ctx, key, value, revision)
	var refused *jetstream.APIError
	if errors.As(err, &refused) && refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
		return 0, ErrConflict
	}
	if err != nil {
		return 0, fmt.Errorf("put %s into %s: %w", key, b.config.Bucket, err)
	}
	b.announce(Entry{Key: key, Value: value, Revision: next})
	return next, nil
}

// Announce tells a value to all that watch the bucket now, and stores nothing. It needs no more of the cluster than the
// server that this process is connected to.
func (b Bucket) Announce(key string, value []byte) {
	b.announce(Entry{Key: key, Value: value})
}

// announce is best effort: the stream tells what is stored in any case.
func (b Bucket) announce(e Entry) {
	m := nats.NewMsg(b.subject())
	m.Header.Set(headerKey, e.Key)
	m.Header.Set(headerRevision, strconv.FormatUint(e.Revision, 10))
	m.Data = e.Value
	_ = b.broker.conn.PublishMsg(m)
}

// subject is where changes are announced.
func (b Bucket) subject() string { return "ficus.announced." + b.config.Bucket }

// Headers of announcements.
const (
	headerKey      = "Ficus-Key"
	headerRevision = "Ficus-Revision"
)

// announced reads an announcement.
func announced(m *nats.Msg) (Entry, bool) {
	revision, err := strconv.ParseUint(m.Header.Get(headerRevision), 10, 64)
	return Entry{Key: m.Header.Get(headerKey), Value: m.Data, Revision: revision, At: time.Now()}, err == nil && m.Header.Get(headerKey) != ""
}

// History lists the revisions of a key that are kept, the oldest first; none if it is not there.
func (b Bucket) History(ctx context.Context, key string) ([]Entry, error) {
	kv, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	list, err := kv.History(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("history of %s in %s: %w", key, b.config.Bucket, err)
	}
	out := make([]Entry, 0, len(list))
	for _, e := range list {
		out = append(out, entry(e))
	}
	return out, nil
}

// Watcher is told what happens to a bucket, from several goroutines.
type Watcher struct {
	// Changed is called with each key's value and then with each change, some of them twice.
	Changed func(Entry)
	// Current is called once all that was there at the beginning has been told, again after each loss; Lost when the
	// bucket cannot be followed. Announcements arrive even then.
	Current func()
	Lost    func(error)
}

// again is how long is waited before a bucket that could not be followed is followed again.
const again = 500 * time.Millisecond

// Watch tells what happens until the context ends. Its error is a subscription that is not possible.
func (b Bucket) Watch(ctx context.Context, w Watcher) error {
	// By a subscription of its own: announcements arrive while the stream has no leader that could tell anything.
	sub, err := b.broker.conn.Subscribe(b.subject(), func(m *nats.Msg) {
		if e, ok := announced(m); ok && ctx.Err() == nil {
			w.Changed(e)
		}
	})
	if err != nil {
		return fmt.Errorf("watch %s: %w", b.config.Bucket, err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	for ctx.Err() == nil {
		err := b.follow(ctx, w)
		if err == nil || ctx.Err() != nil {
			continue
		}
		w.Lost(err)
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
	return nil
}

// follow watches until the context ends, or until the connection has come back after a loss: what changed meanwhile has to
// be read.
func (b Bucket) follow(ctx context.Context, to Watcher) error {
	back := b.broker.reconnected()
	kv, err := b.open(ctx)
	if err != nil {
		return err
	}
	w, err := kv.WatchAll(ctx)
	if err != nil {
		return fmt.Errorf("watch %s: %w", b.config.Bucket, err)
	}
	defer func() { _ = w.Stop() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-back:
			return nil
		case e, ok := <-w.Updates():
			switch {
			case !ok:
				return fmt.Errorf("watch %s: it ended", b.config.Bucket)
			case e == nil:
				to.Current()
			default:
				to.Changed(entry(e))
			}
		}
	}
}

// entry is a revision; of a deleted key it has no value.
func entry(e jetstream.KeyValueEntry) Entry {
	return Entry{Key: e.Key(), Value: e.Value(), Revision: e.Revision(), At: e.Created()}
}

// open is the bucket, made if it is not there.
func (b Bucket) open(ctx context.Context) (jetstream.KeyValue, error) {
	kv, err := b.broker.stream.KeyValue(ctx, b.config.Bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = b.broker.stream.CreateKeyValue(ctx, b.config)
		if errors.Is(err, jetstream.ErrBucketExists) { // another replica was faster
			kv, err = b.broker.stream.KeyValue(ctx, b.config.Bucket)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", b.config.Bucket, err)
	}
	return kv, nil
}
