package events

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Bucket holds values by key, each with its revisions. It is made at its first use, when the cluster is there.
type Bucket struct {
	stream jetstream.JetStream
	config jetstream.KeyValueConfig
}

// Entry is one revision of a key's value.
type Entry struct {
	Key   string
	Value []byte
	// Revision grows with each change of the bucket.
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
	return next, nil
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

// Watch calls changed with each key's value and then with each change, and current once all that was there at
// its beginning has been told. It returns when the context ends, or with the error that ended it.
func (b Bucket) Watch(ctx context.Context, changed func(Entry), current func()) error {
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
		case e, ok := <-w.Updates():
			switch {
			case !ok:
				return fmt.Errorf("watch %s: it ended", b.config.Bucket)
			case e == nil:
				current()
			default:
				changed(entry(e))
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
	kv, err := b.stream.KeyValue(ctx, b.config.Bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = b.stream.CreateKeyValue(ctx, b.config)
		if errors.Is(err, jetstream.ErrBucketExists) { // another replica was faster
			kv, err = b.stream.KeyValue(ctx, b.config.Bucket)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", b.config.Bucket, err)
	}
	return kv, nil
}
