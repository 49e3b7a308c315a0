package legacy

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

type deploy struct {
	ID         int64  `json:"id"`
	EnvID      int64  `json:"env_id"`
	SiteID     int64  `json:"site_id"`
	UserID     int64  `json:"user_id"`
	State      int    `json:"state"`
	CommitSHA  string `json:"commit_sha"`
	Msg        string `json:"msg"`
	StartedMS  int64  `json:"started_ms"`
	FinishedMS *int64 `json:"finished_ms"`
}

const deployColumns = `SELECT d.id, d.env_id, e.site_id, d.user_id, d.state, d.commit_sha, d.msg, d.started_ms, d.finished_ms
	FROM deploys d JOIN environments e ON e.id = d.env_id`

func scanDeploy(row scanner) (d deploy, err error) {
	err = row.Scan(&d.ID, &d.EnvID, &d.SiteID, &d.UserID, &d.State, &d.CommitSHA, &d.Msg, &d.StartedMS, &d.FinishedMS)
	return d, err
}

func (a *api) getDeploy(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return one(r.Context(), a.db, "deploy", scanDeploy, deployColumns+` WHERE d.id = ?`, id)
}

// listEnvironmentDeploys answers the newest first.
func (a *api) listEnvironmentDeploys(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return list(r.Context(), a.db, readPage(r), scanDeploy,
		`SELECT count(*) FROM deploys WHERE env_id = ?1`,
		deployColumns+` WHERE d.env_id = ?1 ORDER BY d.id DESC LIMIT ?2 OFFSET ?3`, id)
}

// listSiteDeploys answers those of all environments, the newest first.
func (a *api) listSiteDeploys(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return list(r.Context(), a.db, readPage(r), scanDeploy,
		`SELECT count(*) FROM deploys d JOIN environments e ON e.id = d.env_id WHERE e.site_id = ?1`,
		deployColumns+` WHERE e.site_id = ?1 ORDER BY d.id DESC LIMIT ?2 OFFSET ?3`, id)
}

// listLatestDeploys answers ?site_ids=1,2,3 with the newest deploy of each site that has one, in the order of the
// sites: the front page of the control panel shows it beside each site.
func (a *api) listLatestDeploys(r *http.Request) (any, *meta, error) {
	ids, err := readIDs(r.FormValue("site_ids"))
	if err != nil {
		return nil, nil, err
	}
	if ids == nil {
		return nil, nil, refuse(codeBadRequest, "site_ids are missing")
	}
	found, err := many(r.Context(), a.db, scanDeploy, deployColumns+` WHERE d.id IN (
		SELECT max(d.id) FROM deploys d JOIN environments e ON e.id = d.env_id
		WHERE e.site_id IN (SELECT value FROM json_each(?)) GROUP BY e.site_id) ORDER BY e.site_id`, ids)
	if err != nil {
		return nil, nil, err
	}
	return items{found}, &meta{Page: 1, Size: maxIDs, Total: len(found)}, nil
}

// createDeploy takes {"message"} and queues a deploy of the environment. Its author is who is signed in; for
// a program it is the site's owner.
func (a *api) createDeploy(r *http.Request) (any, *meta, error) {
	env, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	var given struct{ Message string }
	if err := readJSON(r, &given); err != nil {
		return nil, nil, err
	}
	message := strings.TrimSpace(given.Message)
	if message == "" {
		return nil, nil, refuse(codeBadRequest, "a deploy wants a message")
	}
	author, err := a.mayDeploy(r, env)
	if err != nil {
		return nil, nil, err
	}
	var sha [20]byte
	_, _ = rand.Read(sha[:]) // never fails
	created, err := a.db.ExecContext(r.Context(),
		`INSERT INTO deploys (env_id, user_id, state, commit_sha, msg, started_ms) VALUES (?, ?, 0, ?, ?, ?)`,
		env, author, hex.EncodeToString(sha[:]), message, a.now().UnixMilli())
	if err != nil {
		return nil, nil, fmt.Errorf("create deploy: %w", err)
	}
	id, err := created.LastInsertId()
	if err != nil {
		return nil, nil, fmt.Errorf("create deploy: %w", err)
	}
	return one(r.Context(), a.db, "deploy", scanDeploy, deployColumns+` WHERE d.id = ?`, id)
}

// mayDeploy is in whose name a deploy starts, or why it may not.
func (a *api) mayDeploy(r *http.Request, env int64) (author int64, err error) {
	var locked bool
	row := a.db.QueryRowContext(r.Context(),
		`SELECT e.locked, s.owner_id FROM environments e JOIN sites s ON s.id = e.site_id WHERE e.id = ?`, env)
	switch err := row.Scan(&locked, &author); {
	case errors.Is(err, sql.ErrNoRows):
		return 0, refuse(codeNotFound, "no such environment")
	case err != nil:
		return 0, fmt.Errorf("read environment: %w", err)
	case locked:
		return 0, refuse(codeLocked, "the environment is locked")
	}
	if caller := callerOf(r.Context()); caller != 0 {
		author = caller
	}
	return author, nil
}
