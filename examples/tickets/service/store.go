package service

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver, in Go: nothing to install

	"github.com/ficusgraph/ficus/examples/tickets/graph/model"
)

//go:embed schema.sql
var schemaSQL string

// A file says in its header whose it is (application_id) and which schema and seed it has (user_version).
const (
	applicationID = 0x74696b74
	schemaVersion = 1
)

// store keeps tickets in a SQLite file. It is safe for use by many.
type store struct{ db *sql.DB }

var _ database = (*store)(nil)

// openStore opens the file, and fills it if it is new. Without a path it lies in the user's cache, under a
// name that holds the version.
func openStore(ctx context.Context, path string) (*store, error) {
	if path == "" {
		var err error
		if path, err = cachedFile(fmt.Sprintf("tickets-%d.db", schemaVersion)); err != nil {
			return nil, err
		}
	}
	options := url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)"},
		"_txlock": {"immediate"},
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+options.Encode())
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	if err := prepare(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), db.Close())
	}
	return &store{db}, nil
}

func cachedFile(name string) (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "ficus-demo")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("make the cache folder: %w; name a file with -db", err)
	}
	return filepath.Join(dir, name), nil
}

// prepare fills a new file in one transaction. A file that is somebody else's is left alone.
func prepare(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit there is nothing to roll back

	var owner, version, tables int
	row := tx.QueryRowContext(ctx, `SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id a, pragma_user_version v`)
	if err := row.Scan(&owner, &version, &tables); err != nil {
		return fmt.Errorf("read header: %w", err)
	}
	switch {
	case tables > 0 && owner != applicationID:
		return errors.New("it holds the data of another program; name another file with -db")
	case tables > 0 && version == schemaVersion:
		return nil
	case tables > 0:
		return fmt.Errorf("it has version %d of the schema, this program wants %d; delete it, or name another file with -db", version, schemaVersion)
	}
	if _, err := tx.ExecContext(ctx, schemaSQL); err != nil {
		return fmt.Errorf("make tables: %w", err)
	}
	if err := seed(ctx, tx); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, schemaVersion)); err != nil {
		return fmt.Errorf("write header: %w", err)
	}
	return tx.Commit()
}

// Close ends the use of the file.
func (s *store) Close() error { return s.db.Close() }

// Ping says whether the file can be read.
func (s *store) Ping(ctx context.Context) error { return s.db.PingContext(ctx) }

const columns = `id, site_id, author_id, subject, body, status, priority, created_at`

// Tickets finds tickets by their ids; those that are missing are not in the map.
func (s *store) Tickets(ctx context.Context, ids []string) (map[string]*model.Ticket, error) {
	found, err := s.query(ctx, `SELECT `+columns+` FROM tickets WHERE CAST(id AS TEXT) IN (SELECT value FROM json_each(?))`, list(ids))
	if err != nil {
		return nil, fmt.Errorf("tickets by id: %w", err)
	}
	byID := make(map[string]*model.Ticket, len(found))
	for _, t := range found {
		byID[t.ID] = t
	}
	return byID, nil
}

// Newest lists tickets of all sites, of one status or of all.
func (s *store) Newest(ctx context.Context, first int, status *model.TicketStatus) ([]*model.Ticket, error) {
	found, err := s.query(ctx, `SELECT `+columns+` FROM tickets WHERE ?1 IS NULL OR status = ?1 ORDER BY id DESC LIMIT ?2`, status, first)
	if err != nil {
		return nil, fmt.Errorf("newest tickets: %w", err)
	}
	return found, nil
}

// BySite lists the newest tickets of each site.
func (s *store) BySite(ctx context.Context, ids []string, first int, status *model.TicketStatus) (map[string][]*model.Ticket, error) {
	found, err := s.query(ctx, `SELECT `+columns+` FROM (
			SELECT *, row_number() OVER (PARTITION BY site_id ORDER BY id DESC) AS place FROM tickets
			WHERE site_id IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR status = ?2))
		WHERE place <= ?3 ORDER BY id DESC`, list(ids), status, first)
	if err != nil {
		return nil, fmt.Errorf("tickets by site: %w", err)
	}
	return grouped(found, func(t *model.Ticket) string { return t.Site.ID }), nil
}

// ByAuthor lists the newest tickets of each person.
func (s *store) ByAuthor(ctx context.Context, ids []string, first int) (map[string][]*model.Ticket, error) {
	found, err := s.query(ctx, `SELECT `+columns+` FROM (
			SELECT *, row_number() OVER (PARTITION BY author_id ORDER BY id DESC) AS place FROM tickets
			WHERE author_id IN (SELECT value FROM json_each(?1)))
		WHERE place <= ?2 ORDER BY id DESC`, list(ids), first)
	if err != nil {
		return nil, fmt.Errorf("tickets by author: %w", err)
	}
	return grouped(found, func(t *model.Ticket) string { return t.Author.ID }), nil
}

// OpenCounts counts the open tickets of each site.
func (s *store) OpenCounts(ctx context.Context, siteIDs []string) (map[string]int, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT site_id, count(*) FROM tickets
		WHERE site_id IN (SELECT value FROM json_each(?)) AND status = 'OPEN' GROUP BY site_id`, list(siteIDs))
	if err != nil {
		return nil, fmt.Errorf("count open tickets: %w", err)
	}
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var id string
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("count open tickets: %w", err)
		}
		counts[id] = n
	}
	return counts, rows.Err()
}

// Open adds a ticket and gives it as it is kept.
func (s *store) Open(ctx context.Context, t model.OpenTicketInput, at time.Time) (*model.Ticket, error) {
	added, err := s.query(ctx, `INSERT INTO tickets (site_id, author_id, subject, body, status, priority, created_at)
		VALUES (?, ?, ?, ?, 'OPEN', ?, ?) RETURNING `+columns, t.SiteID, t.AuthorID, t.Subject, t.Body, t.Priority, at.Unix())
	if err != nil {
		return nil, fmt.Errorf("open ticket: %w", err)
	}
	return added[0], nil
}

func (s *store) query(ctx context.Context, query string, args ...any) ([]*model.Ticket, error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []*model.Ticket{}
	for rows.Next() {
		t := &model.Ticket{Site: &model.Site{}, Author: &model.User{}}
		if err := rows.Scan(&t.ID, &t.Site.ID, &t.Author.ID, &t.Subject, &t.Body, &t.Status, &t.Priority, &t.CreatedAt); err != nil {
			return nil, err
		}
		found = append(found, t)
	}
	return found, rows.Err()
}

func grouped(found []*model.Ticket, owner func(*model.Ticket) string) map[string][]*model.Ticket {
	groups := map[string][]*model.Ticket{}
	for _, t := range found {
		groups[owner(t)] = append(groups[owner(t)], t)
	}
	return groups
}

// list is ids as the JSON that queries take.
func list(ids []string) string {
	data, err := json.Marshal(ids)
	if err != nil {
		return "[]" // strings can be written
	}
	return string(data)
}
