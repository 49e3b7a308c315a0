package legacy

import (
	"fmt"
	"net/http"
)

// stats counts the rows of each table: the page that operations looks at on Mondays.
func (a *api) stats(r *http.Request) (any, *meta, error) {
	rows := map[string]int{}
	for table, query := range map[string]string{
		"organizations": `SELECT count(*) FROM organizations`,
		"users":         `SELECT count(*) FROM users`,
		"memberships":   `SELECT count(*) FROM memberships`,
		"sites":         `SELECT count(*) FROM sites`,
		"environments":  `SELECT count(*) FROM environments`,
		"deploys":       `SELECT count(*) FROM deploys`,
		"invoices":      `SELECT count(*) FROM invoices`,
		"invoice_lines": `SELECT count(*) FROM invoice_lines`,
	} {
		var n int
		if err := a.db.QueryRowContext(r.Context(), query).Scan(&n); err != nil {
			return nil, nil, fmt.Errorf("count %s: %w", table, err)
		}
		rows[table] = n
	}
	return map[string]any{"rows": rows}, nil, nil
}
