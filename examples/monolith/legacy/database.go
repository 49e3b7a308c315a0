package legacy

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver, in Go: nothing to install
)

//go:embed schema.sql
var schemaSQL string

// A file says in its header whose it is (application_id) and which schema and seed it has (user_version).
const (
	applicationID = 0x4c656763
	schemaVersion = 1
)

// openDatabase opens the file, and fills it if it is new. Without a path it lies in the user's cache, under a
// name that holds the version.
func openDatabase(ctx context.Context, path string) (*sql.DB, error) {
	if path == "" {
		var err error
		if path, err = cachedFile(fmt.Sprintf("monolith-%d.db", schemaVersion)); err != nil {
			return nil, err
		}
	}
	db, err := open(path)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, err), db.Close())
	}
	return db, nil
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

func open(path string) (*sql.DB, error) {
	options := url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+options.Encode())
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

// prepare brings the file to the schema and seed of this program, in one transaction: a file is filled or
// empty, never half full. A file that is somebody else's is left alone.
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
