// Package events holds what replicas of a gateway tell each other, on NATS JetStream: the state of migrations today,
// subscriptions' events tomorrow.
//
// A replica alone has a server of its own, in process, that listens on no port and keeps its streams in a directory.
// Several replicas share a cluster, which is named by URL. What is built on a Broker cannot tell the two apart.
//
//	embedded:  gateway [ client -> server -> directory ]
//	external:  gateway [ client ] -> cluster
//
// A Broker that is not reachable is not an error of the gateway: it connects in the background, and what is built on it
// goes on with what it knows.
package events

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Config says where the replicas meet; the key is "nats". The zero value is a server in process.
type Config struct {
	// URL of a NATS cluster, several with commas between; without it the server is in process.
	URL string `yaml:"url"`
	// Credentials names a file with a user's JWT and seed, for a cluster that asks for them.
	Credentials string `yaml:"credentials"`
	// Replicas is how many servers of the cluster keep each stream, 1 by default; 3 bears the loss of one.
	Replicas int `yaml:"replicas"`
	// Directory is where the server in process keeps its streams, and beside a cluster what was known last; .ficus by
	// default.
	Directory string `yaml:"directory"`
}

// Place is the directory.
func (c Config) Place() string {
	if c.Directory == "" {
		return ".ficus"
	}
	return c.Directory
}

// maxReplicas is JetStream's bound.
const maxReplicas = 5

// Validate returns everything that is wrong, joined. Keys are named from nats on.
func (c Config) Validate() error {
	var errs []error
	if c.Replicas < 0 || c.Replicas > maxReplicas {
		errs = append(errs, fmt.Errorf("nats.replicas: %d is not between 1 and %d", c.Replicas, maxReplicas))
	}
	if c.URL == "" {
		if c.Replicas > 1 {
			errs = append(errs, errors.New("nats.replicas: means something only beside nats.url; the server in process is one"))
		}
		if c.Credentials != "" {
			errs = append(errs, errors.New("nats.credentials: means something only beside nats.url"))
		}
	}
	return errors.Join(errs...)
}

// Bounds of the server in process.
const (
	startFor  = 10 * time.Second
	maxStored = 256 << 20
)

// Broker is a connection to NATS, with the server if that is in process. It is safe for use by many goroutines.
type Broker struct {
	conn     *nats.Conn
	stream   jetstream.JetStream
	embedded *server.Server
	// lock is held on the directory of the server in process.
	lock     *os.File
	replicas int

	mu sync.Mutex
	// back is closed when the connection is back after a loss, and made anew.
	back chan struct{}
}

// Open starts the server in process, or begins to connect to the cluster; that goes on in the background, again after
// each loss.
func Open(cfg Config, logger *slog.Logger) (*Broker, error) {
	b := &Broker{replicas: max(cfg.Replicas, 1), back: make(chan struct{})}
	options := []nats.Option{
		nats.Name("ficus"), nats.MaxReconnects(-1), nats.ReconnectWait(100 * time.Millisecond),
		nats.RetryOnFailedConnect(true), nats.Timeout(2 * time.Second), nats.PingInterval(2 * time.Second), nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				logger.Warn("the connection to NATS is lost; what was known last holds", slog.Any("error", err))
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) {
			logger.Info("the connection to NATS is back")
			b.returned()
		}),
	}
	if cfg.Credentials != "" {
		options = append(options, nats.UserCredentials(cfg.Credentials))
	}
	if cfg.URL == "" {
		if err := b.embed(cfg.Place()); err != nil {
			return nil, err
		}
		options = append(options, nats.InProcessServer(b.embedded))
	}
	var err error
	if b.conn, err = nats.Connect(cfg.URL, options...); err != nil {
		b.Close()
		return nil, fmt.Errorf("nats: %w", err)
	}
	if b.stream, err = jetstream.New(b.conn, jetstream.WithDefaultTimeout(2*time.Second)); err != nil {
		b.Close()
		return nil, fmt.Errorf("nats: %w", err)
	}
	return b, nil
}

// embed starts the server in process.
func (b *Broker) embed(directory string) error {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return fmt.Errorf("nats.directory: %w", err)
	}
	// The server puts what is its own beneath this.
	directory, err := filepath.Abs(directory)
	if err != nil {
		return fmt.Errorf("nats.directory: %w", err)
	}
	if b.lock, err = alone(directory); err != nil {
		return err
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "ficus", JetStream: true, StoreDir: directory, DontListen: true, NoLog: true, NoSigs: true,
		JetStreamMaxMemory: 1 << 20, JetStreamMaxStore: maxStored,
	})
	if err != nil {
		return fmt.Errorf("nats.directory: %s: %w", directory, err)
	}
	b.embedded = s
	s.Start()
	if !s.ReadyForConnections(startFor) {
		b.Close()
		return fmt.Errorf("nats.directory: %s: the server did not start within %s", directory, startFor)
	}
	return nil
}

// KeyValue is the bucket of that name with so many revisions kept of each key; it is made if it is not there.
func (b *Broker) KeyValue(name string, history uint8) Bucket {
	return Bucket{broker: b, config: jetstream.KeyValueConfig{Bucket: name, History: history, Replicas: b.replicas, Storage: jetstream.FileStorage}}
}

func (b *Broker) returned() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.back)
	b.back = make(chan struct{})
}

// reconnected is closed at the next return of a lost connection.
func (b *Broker) reconnected() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.back
}

// Close ends the connection, and the server in process.
func (b *Broker) Close() {
	if b.conn != nil {
		b.conn.Close()
	}
	if b.embedded != nil {
		b.embedded.Shutdown()
		b.embedded.WaitForShutdown()
	}
	if b.lock != nil {
		_ = b.lock.Close()
	}
}
