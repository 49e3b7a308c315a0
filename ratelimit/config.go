package ratelimit

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Config says how often who may ask. The zero value limits nothing.
type Config struct {
	// Rules are all held against each request.
	Rules []Rule `yaml:"rules"`
	// Store is memory, each replica counting for itself, or redis; memory by default.
	Store Store `yaml:"store"`
	// MaxKeys is how many keys are remembered in memory, 100,000 by default. Beyond, those are forgotten that took least.
	MaxKeys int `yaml:"max_keys"`
	// Redis is where replicas count together.
	Redis Redis `yaml:"redis"`
}

// Rule is so many requests in an interval, for each key.
type Rule struct {
	// Name is what clients, logs and metrics call the rule: lower case letters, digits, - and _.
	Name string `yaml:"name"`
	// By is what makes the key, each part with others after | to be taken where a request lacks the first: identity, address,
	// operation, claim.NAME, header.NAME. A request that lacks a part is not held against the rule. Without parts all
	// requests have one key.
	By []string `yaml:"by"`
	// Capacity is how much may be taken in Interval, which is at least a millisecond.
	Capacity int           `yaml:"capacity"`
	Interval time.Duration `yaml:"interval"`
	// CapacityClaim is a claim of the verified token or key that holds the capacity of its bearer; where there is none, or
	// it is no number above 0, it is Capacity.
	CapacityClaim string `yaml:"capacity_claim"`
	// Burst is how much may be taken at once, the capacity by default.
	Burst int `yaml:"burst"`
	// Operations are the names of those that the rule is for; all by default.
	Operations []string `yaml:"operations"`
	// Kinds are those of operations that the rule is for: query, mutation, subscription; all by default.
	Kinds []string `yaml:"kinds"`
	// Count is what is taken: operations, each of which is 1, or cost, as demand_control estimates it; operations by
	// default.
	Count Count `yaml:"count"`
	// Mode is enforce or measure, which refuses nothing; enforce by default.
	Mode Mode `yaml:"mode"`
}

// Store is where states are.
type Store string

// The stores.
const (
	StoreMemory Store = "memory"
	StoreRedis  Store = "redis"
)

// Count is what a rule counts.
type Count string

// What can be counted.
const (
	CountOperations Count = "operations"
	CountCost       Count = "cost"
)

// Mode is what becomes of requests that a rule refuses.
type Mode string

// The modes.
const (
	ModeEnforce Mode = "enforce"
	ModeMeasure Mode = "measure"
)

// Redis is where replicas count together.
type Redis struct {
	// URLs are those of one server (redis:// or rediss://), or of some nodes of a cluster.
	URLs []string `yaml:"urls"`
	// Timeout is how long a request waits for Redis, 100ms by default.
	Timeout time.Duration `yaml:"timeout"`
	// Namespace is what keys begin with, "ficus:" by default.
	Namespace string `yaml:"namespace"`
	// OnError is what becomes of requests while Redis is away: local, where each replica counts for itself, allow or deny;
	// local by default.
	OnError OnError `yaml:"on_error"`
}

// OnError is what becomes of requests while the store is away.
type OnError string

// What can become of them.
const (
	OnErrorLocal OnError = "local"
	OnErrorAllow OnError = "allow"
	OnErrorDeny  OnError = "deny"
)

// shortest is the time in which one must come back at the least: Redis' clock has no shorter one.
const shortest = time.Microsecond

var ruleName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// kinds of operations.
var kinds = []string{"query", "mutation", "subscription"}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	add := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("rate_limits."+key+": "+format, args...))
	}
	if c.Store != "" && c.Store != StoreMemory && c.Store != StoreRedis {
		add("store", "%q is neither memory nor redis", c.Store)
	}
	if c.MaxKeys < 0 {
		add("max_keys", "must not be negative")
	}
	if c.Store == StoreRedis && len(c.Redis.URLs) == 0 {
		add("redis.urls", "must be given, as store is redis; write redis://HOST:6379")
	}
	if _, err := c.Redis.options(); err != nil {
		add("redis.urls", "%w", err)
	}
	if c.Redis.Timeout < 0 {
		add("redis.timeout", "must not be negative")
	}
	if !slices.Contains([]OnError{"", OnErrorLocal, OnErrorAllow, OnErrorDeny}, c.Redis.OnError) {
		add("redis.on_error", "%q is none of local, allow, deny", c.Redis.OnError)
	}
	names := map[string]bool{}
	for i, r := range c.Rules {
		for _, err := range r.validate() {
			add(fmt.Sprintf("rules[%d]", i), "%w", err)
		}
		if names[r.Name] {
			add(fmt.Sprintf("rules[%d]", i), "there are two rules with the name %s", r.Name)
		}
		names[r.Name] = true
	}
	return errors.Join(errs...)
}

func (r Rule) validate() []error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !ruleName.MatchString(r.Name) {
		add("name: %q is no name; write lower case letters, digits, - and _", r.Name)
	}
	if r.Capacity <= 0 {
		add("capacity: must be above 0: how many may be taken in interval")
	}
	if r.Interval < time.Millisecond {
		add("interval: must be at least 1ms")
	}
	if r.Capacity > 0 && r.Interval >= time.Millisecond && r.Interval/time.Duration(r.Capacity) < shortest {
		add("capacity: may be one a microsecond at most")
	}
	if r.Burst < 0 {
		add("burst: must not be negative")
	}
	for _, p := range r.By {
		for one := range strings.SplitSeq(p, "|") {
			if _, err := readPart(strings.TrimSpace(one)); err != nil {
				add("by: %w", err)
			}
		}
	}
	for _, k := range r.Kinds {
		if !slices.Contains(kinds, k) {
			add("kinds: %q is none of %s", k, strings.Join(kinds, ", "))
		}
	}
	if r.Count != "" && r.Count != CountOperations && r.Count != CountCost {
		add("count: %q is neither operations nor cost", r.Count)
	}
	if r.Mode != "" && r.Mode != ModeEnforce && r.Mode != ModeMeasure {
		add("mode: %q is neither enforce nor measure", r.Mode)
	}
	return errs
}

// withDefaults is the configuration with nothing left open.
func (c Config) withDefaults() Config {
	if c.MaxKeys == 0 {
		c.MaxKeys = 100_000
	}
	if c.Redis.Timeout == 0 {
		c.Redis.Timeout = 100 * time.Millisecond
	}
	if c.Redis.Namespace == "" {
		c.Redis.Namespace = "ficus:"
	}
	if c.Redis.OnError == "" {
		c.Redis.OnError = OnErrorLocal
	}
	return c
}

// CountsCost reports whether a rule takes what operations are estimated to cost.
func (c Config) CountsCost() bool {
	return slices.ContainsFunc(c.Rules, func(r Rule) bool { return r.Count == CountCost })
}
