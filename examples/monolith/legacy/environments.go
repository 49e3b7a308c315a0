package legacy

import "net/http"

type environment struct {
	ID      int64   `json:"id"`
	SiteID  int64   `json:"site_id"`
	EnvName string  `json:"env_name"`
	Host    string  `json:"host"`
	PHPVer  *string `json:"php_ver"`
	Locked  int     `json:"locked"`
}

const environmentColumns = `SELECT id, site_id, env_name, host, php_ver, locked FROM environments`

func scanEnvironment(row scanner) (e environment, err error) {
	err = row.Scan(&e.ID, &e.SiteID, &e.EnvName, &e.Host, &e.PHPVer, &e.Locked)
	return e, err
}

func (a *api) getEnvironment(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return one(r.Context(), a.db, "environment", scanEnvironment, environmentColumns+` WHERE id = ?`, id)
}

func (a *api) listEnvironments(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return list(r.Context(), a.db, readPage(r), scanEnvironment,
		`SELECT count(*) FROM environments WHERE site_id = ?1`,
		environmentColumns+` WHERE site_id = ?1 ORDER BY id LIMIT ?2 OFFSET ?3`, id)
}
