package apikeys

import "time"

// Issued is a key that was made or rotated, with its text, which nobody sees again.
type Issued struct {
	Key  Shown  `json:"key"`
	Text string `json:"text,omitempty"`
}

// Shown is a key as operators see it: without hashes.
type Shown struct {
	ID string `json:"id"`
	// Prefix is how the key's text begins.
	Prefix string `json:"prefix"`
	State  State  `json:"state"`
	Given
	Created   time.Time   `json:"created"`
	CreatedBy string      `json:"created_by,omitempty"`
	Revoked   *Revocation `json:"revoked,omitempty"`
	// Secrets that are good, or were until a newer one took their place, the newest first.
	Secrets []ShownSecret `json:"secrets"`
}

// ShownSecret says how long one text of a key is good.
type ShownSecret struct {
	Created time.Time `json:"created"`
	Until   time.Time `json:"until,omitzero"`
}

// State is whether a key is accepted.
type State string

// The states.
const (
	StateInForce State = "in force"
	StateExpired State = "expired"
	StateRevoked State = "revoked"
)

func show(k Key, now time.Time) Shown {
	out := Shown{
		ID: k.ID, Prefix: prefix + k.ID + "_", State: StateInForce, Given: k.Given,
		Created: k.Created, CreatedBy: k.CreatedBy, Revoked: k.Revoked,
	}
	switch {
	case k.Revoked != nil:
		out.State = StateRevoked
	case k.expired(now):
		out.State = StateExpired
	}
	for _, s := range k.Secrets {
		out.Secrets = append(out.Secrets, ShownSecret{s.Created, s.Until})
	}
	return out
}
