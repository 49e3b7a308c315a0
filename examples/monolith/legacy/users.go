package legacy

import (
	"encoding/json"
	"net/http"
	"strings"
)

type user struct {
	ID           int64    `json:"id"`
	Email        string   `json:"email"`
	Name         userName `json:"name"`
	State        int      `json:"state"`
	DefaultOrgID int64    `json:"default_org_id"`
	LastLoginMS  *int64   `json:"last_login_ms"`
}

type userName struct {
	First string `json:"first"`
	Last  string `json:"last"`
}

const userColumns = `SELECT id, email, first_nm, last_nm, state, default_org_id, last_login_ms FROM users`

func scanUser(row scanner) (u user, err error) {
	err = row.Scan(&u.ID, &u.Email, &u.Name.First, &u.Name.Last, &u.State, &u.DefaultOrgID, &u.LastLoginMS)
	return u, err
}

func (a *api) getUser(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return one(r.Context(), a.db, "user", scanUser, userColumns+` WHERE id = ?`, id)
}

// looseID is an id as clients write it: 7 or "7".
type looseID int64

// UnmarshalJSON reads both ways.
func (id *looseID) UnmarshalJSON(data []byte) error {
	n, err := readID(strings.Trim(string(data), `"`))
	*id = looseID(n)
	return err
}

// searchUsers takes {"ids": [1, "2"]} and answers those that there are, in the order of ids.
func (a *api) searchUsers(r *http.Request) (any, *meta, error) {
	var given struct{ IDs []looseID }
	if err := readJSON(r, &given); err != nil {
		return nil, nil, err
	}
	if len(given.IDs) > maxIDs {
		return nil, nil, refuse(codeTooMuch, "at most %d ids at once", maxIDs)
	}
	ids, err := json.Marshal(given.IDs)
	if err != nil {
		return nil, nil, err
	}
	found, err := many(r.Context(), a.db, scanUser,
		userColumns+` WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`, string(ids))
	if err != nil {
		return nil, nil, err
	}
	return items{found}, &meta{Page: 1, Size: maxIDs, Total: len(found)}, nil
}
