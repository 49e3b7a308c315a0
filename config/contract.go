package config

import (
	"fmt"
	"time"
)

// Contract is about what the subgraphs have promised.
type Contract struct {
	// Owners is a file that says which team owns which fields; none by default.
	Owners string `yaml:"owners"`
	// PollInterval is how often a service is asked what it implements: a duration, 1s by default, or "off".
	PollInterval string `yaml:"poll_interval"`
}

// The bounds of poll intervals.
const (
	defaultPoll = time.Second
	leastPoll   = 10 * time.Millisecond
)

// Poll is the interval, 0 if services are not asked.
func (c Contract) Poll() time.Duration {
	switch c.PollInterval {
	case "":
		return defaultPoll
	case "off":
		return 0
	}
	d, _ := time.ParseDuration(c.PollInterval)
	return d
}

func (c Contract) validate() error {
	if c.PollInterval == "" || c.PollInterval == "off" {
		return nil
	}
	d, err := time.ParseDuration(c.PollInterval)
	switch {
	case err != nil:
		return fmt.Errorf("contract.poll_interval: %q is neither a duration, such as 1s, nor off", c.PollInterval)
	case d < leastPoll:
		return fmt.Errorf("contract.poll_interval: %s is too often; write at least %s, or off", d, leastPoll)
	}
	return nil
}
