package service

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// How much there is, and whom it is about: the monolith's seed has 800 sites and 1,000 people. The tickets of
// sites 1 to 3 are told by hand, for examples to name.
const (
	generated  = 2400
	firstSite  = 4
	lastSite   = 800
	lastPerson = 1000
)

// seedTime is the last moment that the seed knows of: 2026-11-01T00:00:00Z, in seconds.
const seedTime = 1793491200

var (
	subjects = []string{
		"The contact form sends nothing", "How do I add a domain?", "Images are blurry on phones",
		"Please restore last night's backup", "The cache shows an old page", "Search finds nothing",
		"A plugin refuses to update", "Who may deploy to live?", "The certificate expires soon",
		"Login loops back to itself", "Traffic doubled overnight", "Redirect the old shop",
	}
	bodies = []string{
		"It began this morning, and nobody changed anything.", "Could somebody have a look today?",
		"We tried it in two browsers.", "Not urgent, but our customers ask.", "It happens about every third time.",
	}
	statuses   = []string{"OPEN", "OPEN", "WAITING", "SOLVED", "SOLVED", "SOLVED", "SOLVED"}
	priorities = []string{"LOW", "NORMAL", "NORMAL", "NORMAL", "URGENT"}
)

// told are the tickets of sites 1 to 3, the newest last.
var told = [][]any{
	{"2", "1", "A comment is spam", "The third one below the harbor story.", "SOLVED", "LOW", seedTime - 400_000},
	{"1", "1", "An invoice shows our old address", "We moved in May.", "SOLVED", "NORMAL", seedTime - 300_000},
	{"2", "200", "The feed is empty", "Since the theme was changed.", "OPEN", "NORMAL", seedTime - 200_000},
	{"1", "1", "Which regions does the cache cover?", "We are about to open in Lisbon.", "WAITING", "LOW", seedTime - 90_000},
	{"1", "200", "Payments are declined in Norway", "Only with cards of one bank.", "OPEN", "URGENT", seedTime - 40_000},
	{"1", "1", "Checkout is slow since Friday", "Eight seconds until the button reacts.", "OPEN", "URGENT", seedTime - 7_200},
}

// seed fills the table with the same rows each time, in the order in which they were opened.
func seed(ctx context.Context, tx *sql.Tx) error {
	add, err := tx.PrepareContext(ctx, `INSERT INTO tickets (site_id, author_id, subject, body, status, priority, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer add.Close()
	r := rand.New(rand.NewPCG(1909, 4502)) //nolint:gosec // the same rows each time
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	for i := range generated {
		site := strconv.Itoa(firstSite + r.IntN(lastSite-firstSite+1))
		person := strconv.Itoa(1 + r.IntN(lastPerson))
		at := seedTime - 500_000 - (generated-i)*3600
		if _, err := add.ExecContext(ctx, site, person, pick(subjects), pick(bodies), pick(statuses), pick(priorities), at); err != nil {
			return fmt.Errorf("ticket %d: %w", i+1, err)
		}
	}
	for _, t := range told {
		if _, err := add.ExecContext(ctx, t...); err != nil {
			return fmt.Errorf("told ticket: %w", err)
		}
	}
	return nil
}
