package legacy

import "net/http"

type organization struct {
	ID           int64   `json:"id"`
	Name         string  `json:"name"`
	Slug         string  `json:"slug"`
	Plan         int     `json:"plan"`
	BillingEmail *string `json:"billing_email"`
	CreatedTS    int64   `json:"created_ts"`
	SiteCnt      int     `json:"site_cnt"`
	MemberCnt    int     `json:"member_cnt"`
}

const (
	organizationColumns = `SELECT id, name, slug, plan, billing_email, created_ts,
		(SELECT count(*) FROM sites s WHERE s.org_id = o.id AND s.status <> 9),
		(SELECT count(*) FROM memberships m WHERE m.org_id = o.id)
		FROM organizations o`
	organizationFilter = ` WHERE (?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))`
)

func scanOrganization(row scanner) (o organization, err error) {
	err = row.Scan(&o.ID, &o.Name, &o.Slug, &o.Plan, &o.BillingEmail, &o.CreatedTS, &o.SiteCnt, &o.MemberCnt)
	return o, err
}

func (a *api) getOrganization(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return one(r.Context(), a.db, "organization", scanOrganization, organizationColumns+` WHERE id = ?`, id)
}

// listOrganizations answers ?ids=1,2,3 in the order of ids, or a page of all.
func (a *api) listOrganizations(r *http.Request) (any, *meta, error) {
	ids, err := readIDs(r.FormValue("ids"))
	if err != nil {
		return nil, nil, err
	}
	return list(r.Context(), a.db, pageOf(r, ids), scanOrganization,
		`SELECT count(*) FROM organizations`+organizationFilter,
		organizationColumns+organizationFilter+` ORDER BY id LIMIT ?2 OFFSET ?3`, ids)
}

// pageOf is the page asked for; a request by ids gets all of them at once.
func pageOf(r *http.Request, ids any) meta {
	if ids != nil {
		return meta{Page: 1, Size: maxIDs}
	}
	return readPage(r)
}

type member struct {
	OrgID   int64 `json:"org_id"`
	UserID  int64 `json:"user_id"`
	Role    int   `json:"role"`
	SinceTS int64 `json:"since_ts"`
}

func scanMember(row scanner) (m member, err error) {
	err = row.Scan(&m.OrgID, &m.UserID, &m.Role, &m.SinceTS)
	return m, err
}

func (a *api) listMembers(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return list(r.Context(), a.db, readPage(r), scanMember,
		`SELECT count(*) FROM memberships WHERE org_id = ?1`,
		`SELECT org_id, user_id, role, since_ts FROM memberships WHERE org_id = ?1 ORDER BY id LIMIT ?2 OFFSET ?3`, id)
}
