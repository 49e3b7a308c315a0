package ratelimit

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// takeScript is the algorithm where the state is: nobody comes between reading and writing, and all replicas go by
// Redis' clock. Times are microseconds, exact in a double for two centuries.
//
//	KEYS[1] the key   ARGV[1] how much later all has come back   ARGV[2] the burst
const takeScript = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local full = tonumber(redis.call('GET', KEYS[1]) or now)
if full < now then full = now end
local after = full + ARGV[1]
if after - now > tonumber(ARGV[2]) then return {0, full - now} end
if after > now then
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
end
return {1, after - now}
`

// giveScript gives back what was taken.
const giveScript = `
local full = redis.call('GET', KEYS[1])
if full then redis.call('SET', KEYS[1], string.format('%.0f', full - ARGV[1]), 'KEEPTTL') end
return 0
`

// again is after which time Redis is asked again that was away.
const again = time.Second

var errAway = errors.New("redis is away, and was asked a moment ago")

// shared is a store in Redis.
type shared struct {
	client  redis.UniversalClient
	timeout time.Duration
	parts   Parts
	// until is when it is asked again, in nanoseconds; 0 if it is there.
	until atomic.Int64
}

var _ store = (*shared)(nil)

func newRedis(cfg Redis, parts Parts) (*shared, error) {
	options, err := cfg.options()
	if err != nil {
		return nil, err
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = cfg.Timeout, cfg.Timeout, cfg.Timeout
	options.PoolTimeout, options.MaxRetries, options.ContextTimeoutEnabled = cfg.Timeout, -1, true
	return &shared{client: redis.NewUniversalClient(options), timeout: cfg.Timeout, parts: parts}, nil
}

// options reads the URLs: one is a server, several are nodes of a cluster.
func (r Redis) options() (*redis.UniversalOptions, error) {
	out := &redis.UniversalOptions{}
	for i, u := range r.URLs {
		one, err := redis.ParseURL(u)
		if err != nil {
			return nil, fmt.Errorf("URL %d cannot be read; write redis://HOST:6379 or rediss://USER:PASSWORD@HOST:6379", i+1) // which may hold a password
		}
		out.Addrs = append(out.Addrs, one.Addr)
		if i == 0 {
			out.Username, out.Password, out.DB = one.Username, one.Password, one.DB
			if one.TLSConfig != nil {
				out.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: one.TLSConfig.ServerName}
			}
		}
	}
	return out, nil
}

func (s *shared) close() error { return s.client.Close() }

// take implements store. All keys are asked in one round trip, each by a script of its own, as in a cluster they
// are in different places.
func (s *shared) take(ctx context.Context, takes []take) ([]taken, error) {
	if !s.attempt() {
		return nil, errAway
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	pipe := s.client.Pipeline()
	answers := make([]*redis.Cmd, len(takes))
	for i, t := range takes {
		answers[i] = pipe.Eval(ctx, takeScript, []string{t.key}, t.increment().Microseconds(), t.burst.Microseconds())
	}
	_, err := pipe.Exec(ctx)
	out := make([]taken, len(takes))
	for i := 0; i < len(takes) && err == nil; i++ {
		out[i], err = takes[i].read(answers[i])
	}
	s.settle(err)
	return out, err
}

// read reads the script's answer.
func (t take) read(cmd *redis.Cmd) (taken, error) {
	values, err := cmd.Int64Slice()
	if err != nil || len(values) != 2 {
		return taken{}, fmt.Errorf("the script's answer: %w", errors.Join(err))
	}
	out := taken{ok: values[0] == 1, back: time.Duration(values[1]) * time.Microsecond}
	if !out.ok && !t.never() {
		out.wait = out.back + t.increment() - t.burst
	}
	return out, nil
}

// give implements store. What cannot be given back comes back by itself, later.
func (s *shared) give(ctx context.Context, takes []take) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	pipe := s.client.Pipeline()
	for _, t := range takes {
		pipe.Eval(ctx, giveScript, []string{t.key}, t.increment().Microseconds())
	}
	_, _ = pipe.Exec(ctx)
}

// attempt reports whether Redis is asked: while it is away, by one request a second.
func (s *shared) attempt() bool {
	until := s.until.Load()
	if until == 0 {
		return true
	}
	now := s.parts.Now().UnixNano()
	return now >= until && s.until.CompareAndSwap(until, now+int64(again))
}

// settle remembers whether Redis is there.
func (s *shared) settle(err error) {
	switch {
	case err == nil:
		if s.until.Swap(0) != 0 {
			s.parts.Logger.Info("redis is back; rate limits are counted there again")
		}
	case s.until.Swap(s.parts.Now().Add(again).UnixNano()) == 0:
		s.parts.Logger.Warn("redis is away; rate limits are counted as rate_limits.redis.on_error says", slog.Any("error", err))
	}
}
