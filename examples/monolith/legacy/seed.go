package legacy

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
)

// How much there is. Organization 1, user 1 and sites 1 to 3 are told by hand, for examples to name.
const (
	organizations = 200
	users         = 1000
	extraMembers  = 600
	sites         = 800
	deploys       = 6000
	months        = 6
)

// seedTime is the last moment that the seed knows of: 2026-11-01T00:00:00Z, in seconds.
const seedTime = 1793491200

const (
	day  = 24 * 60 * 60
	year = 365 * day
)

// seed fills the tables with the same rows each time.
func seed(ctx context.Context, tx *sql.Tx) error {
	s := &seeder{ctx: ctx, tx: tx, rand: rand.New(rand.NewPCG(1909, 4501))} //nolint:gosec // the same rows each time
	for _, step := range []func(){s.organizations, s.users, s.memberships, s.sites, s.environments, s.deploys, s.invoices} {
		if step(); s.err != nil {
			return s.err
		}
	}
	return nil
}

// seeder keeps the first error and does nothing after it.
type seeder struct {
	ctx     context.Context
	tx      *sql.Tx
	rand    *rand.Rand
	members [organizations + 1][]int // users by organization
	err     error
}

// insert prepares a statement; what it gives adds one row. Close it when the table is full.
func (s *seeder) insert(query string) (add func(...any), done func()) {
	if s.err != nil {
		return func(...any) {}, func() {}
	}
	statement, err := s.tx.PrepareContext(s.ctx, query)
	if err != nil {
		s.err = err
		return func(...any) {}, func() {}
	}
	add = func(values ...any) {
		if s.err != nil {
			return
		}
		if _, err := statement.ExecContext(s.ctx, values...); err != nil {
			s.err = fmt.Errorf("%s: %w", query, err)
		}
	}
	return add, func() { _ = statement.Close() }
}

func pick[T any](s *seeder, from []T) T { return from[s.rand.IntN(len(from))] }

func (s *seeder) organizations() {
	add, done := s.insert(`INSERT INTO organizations VALUES (?, ?, ?, ?, ?, ?)`)
	defer done()
	add(1, "Harbor & Pine", "harbor-pine", 2, "accounts@harborpine.example", seedTime-7*year)
	for id := 2; id <= organizations; id++ {
		name := places[(id*7)%len(places)] + " " + trades[(id*11)%len(trades)]
		slug := fmt.Sprintf("%s-%d", hyphenated(name), id)
		var billing any
		if s.rand.IntN(5) > 0 {
			billing = "billing@" + slug + ".example"
		}
		add(id, name, slug, s.rand.IntN(3), billing, seedTime-year-s.rand.IntN(8*year))
	}
}

func (s *seeder) users() {
	add, done := s.insert(`INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	defer done()
	for id := 1; id <= users; id++ {
		first, last := pick(s, firstNames), pick(s, lastNames)
		email := fmt.Sprintf("%s.%s.%d@example.com", strings.ToLower(first), strings.ToLower(last), id)
		state, org := 1, 1+(id*7)%organizations
		var login any = (seedTime - s.rand.Int64N(90*day)) * 1000
		if id == 1 {
			first, last, email, org = "Maya", "Okafor", "maya@harborpine.example", 1
		} else if s.rand.IntN(12) == 0 {
			state, login = 0, nil
		}
		s.members[org] = append(s.members[org], id)
		add(id, email, first, last, passwordHash(email, demoPassword), state, org, login)
	}
}

// memberships come from the users' default organizations, then at random.
func (s *seeder) memberships() {
	add, done := s.insert(`INSERT INTO memberships (org_id, user_id, role, since_ts) VALUES (?, ?, ?, ?)`)
	defer done()
	joined := map[[2]int]bool{}
	for org, ids := range s.members {
		for i, user := range ids {
			role := min(i+1, 4)
			joined[[2]int{org, user}] = true
			add(org, user, role, seedTime-s.rand.IntN(6*year))
		}
	}
	for n := 0; n < extraMembers; {
		org, user := 2+s.rand.IntN(organizations-1), 1+s.rand.IntN(users)
		if joined[[2]int{org, user}] {
			continue
		}
		joined[[2]int{org, user}] = true
		add(org, user, 3+s.rand.IntN(2), seedTime-s.rand.IntN(3*year))
		n++
	}
}

func (s *seeder) sites() {
	add, done := s.insert(`INSERT INTO sites VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	defer done()
	add(1, 1, 1, "Harbor & Pine Shop", "harbor-pine-shop", 3, 1, "shop.harborpine.example,harborpine.example", 4, 1614816000)
	add(2, 1, 1, "Pine Journal", "pine-journal", 1, 1, "journal.harborpine.example", 0, 1568592000)
	add(3, 1, 1, "Harbor Docs", "harbor-docs", 0, 1, "docs.harborpine.example", 1, 1704844800)
	statuses := []int{0, 1, 1, 1, 1, 1, 1, 2, 9}
	for id := 4; id <= sites; id++ {
		org := 2 + id%(organizations-1)
		name := pick(s, places) + " " + pick(s, sections)
		machine := fmt.Sprintf("%s-%d", hyphenated(name), id)
		hosts := "www." + machine + ".example"
		if s.rand.IntN(3) == 0 {
			hosts += "," + machine + ".example"
		}
		add(id, org, pick(s, s.members[org]), name, machine, s.rand.IntN(4), pick(s, statuses), hosts, s.rand.IntN(6),
			seedTime-s.rand.IntN(6*year))
	}
}

// environments 3n-2, 3n-1 and 3n are dev, test and live of site n.
func (s *seeder) environments() {
	add, done := s.insert(`INSERT INTO environments VALUES (?, ?, ?, ?, ?, ?)`)
	defer done()
	versions := []any{"8.1", "8.2", "8.3", nil}
	for site := 1; site <= sites; site++ {
		for i, name := range []string{"dev", "test", "live"} {
			locked := 0
			if site > 3 && s.rand.IntN(20) == 0 {
				locked = 1
			}
			add(3*(site-1)+i+1, site, name, fmt.Sprintf("%s-%d.sites.example", name, site), pick(s, versions), locked)
		}
	}
}

// deploys are numbered in the order in which they started.
func (s *seeder) deploys() {
	add, done := s.insert(`INSERT INTO deploys VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	defer done()
	states := []int{2, 2, 2, 2, 2, 2, 2, 3}
	for id := 1; id <= deploys; id++ {
		env, user, state := 1+s.rand.IntN(3*sites), 1+s.rand.IntN(users), pick(s, states)
		if id%1000 == 0 {
			env, user, state = 3, 1, 2
		}
		started := int64(seedTime-(deploys-id+1)*45*60)*1000 + s.rand.Int64N(60_000)
		var finished any = started + 20_000 + s.rand.Int64N(400_000)
		if id > deploys-8 && id%1000 != 0 {
			state, finished = s.rand.IntN(2), nil
		}
		sha := make([]byte, 20)
		for i := range sha {
			sha[i] = byte(s.rand.UintN(256))
		}
		add(id, env, user, state, hex.EncodeToString(sha), pick(s, messages), started, finished)
	}
}

// invoices come once a month for each organization; the last month's are open.
func (s *seeder) invoices() {
	add, done := s.insert(`INSERT INTO invoices VALUES (?, ?, ?, ?, ?, ?)`)
	defer done()
	addLine, lineDone := s.insert(`INSERT INTO invoice_lines (invoice_id, descr, qty, unit_cents) VALUES (?, ?, ?, ?)`)
	defer lineDone()
	id := 0
	for month := 1; month <= months; month++ {
		for org := 1; org <= organizations; org++ {
			id++
			lines, total := s.lines()
			status := 30
			switch {
			case month == months:
				status = 20
			case s.rand.IntN(40) == 0:
				status = 40
			}
			add(id, org, fmt.Sprintf("INV-%d-%04d", month, org), status, total, seedTime-(months-month)*30*day)
			for _, l := range lines {
				addLine(id, l.Descr, l.Qty, l.UnitCents)
			}
		}
	}
}

func (s *seeder) lines() (lines []invoiceLine, total int) {
	lines = []invoiceLine{
		{Descr: "Hosting, per site", Qty: 1 + s.rand.IntN(9), UnitCents: 4900},
		{Descr: "Team seats", Qty: 1 + s.rand.IntN(20), UnitCents: 900},
		{Descr: "Traffic, per 100 GB", Qty: s.rand.IntN(30), UnitCents: 350},
	}
	for _, l := range lines {
		total += l.Qty * l.UnitCents
	}
	return lines, total
}
