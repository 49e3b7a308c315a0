package legacy

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

type site struct {
	ID            int64    `json:"id"`
	SiteName      string   `json:"site_name"`
	MachineNm     string   `json:"machine_nm"`
	FW            int      `json:"fw"`
	Status        int      `json:"status"`
	CreatedTS     int64    `json:"created_ts"`
	OpenTicketCnt int      `json:"open_ticket_cnt"`
	DomainList    []domain `json:"domain_list"`
	Refs          refs     `json:"refs"`
}

type domain struct {
	Host    string `json:"host"`
	Primary int    `json:"primary"`
}

type refs struct {
	Org   ref `json:"org"`
	Owner ref `json:"owner"`
}

type ref struct {
	ID int64 `json:"id"`
}

const (
	siteColumns = `SELECT id, site_name, machine_nm, fw, status, created_ts, open_ticket_cnt, domains, org_id, owner_id
		FROM sites`
	siteFilter = ` WHERE (?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))
		AND (?2 IS NULL OR org_id = ?2) AND (?3 IS NULL OR fw = ?3) AND (?4 IS NULL OR status = ?4)`
)

func scanSite(row scanner) (s site, err error) {
	var hosts string
	err = row.Scan(&s.ID, &s.SiteName, &s.MachineNm, &s.FW, &s.Status, &s.CreatedTS, &s.OpenTicketCnt, &hosts,
		&s.Refs.Org.ID, &s.Refs.Owner.ID)
	s.DomainList = []domain{}
	for i, host := range strings.Split(hosts, ",") {
		d := domain{Host: host}
		if i == 0 {
			d.Primary = 1
		}
		s.DomainList = append(s.DomainList, d)
	}
	return s, err
}

func (a *api) getSite(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return one(r.Context(), a.db, "site", scanSite, siteColumns+` WHERE id = ?`, id)
}

// listSites answers ?ids=1,2,3, or a page of all, both narrowed by ?org_id, ?fw and ?status.
func (a *api) listSites(r *http.Request) (any, *meta, error) {
	ids, err := readIDs(r.FormValue("ids"))
	if err != nil {
		return nil, nil, err
	}
	var filter [3]any
	for i, name := range []string{"org_id", "fw", "status"} {
		if filter[i], err = readNumber(r, name); err != nil {
			return nil, nil, err
		}
	}
	return a.sites(r, pageOf(r, ids), ids, filter[0], filter[1], filter[2])
}

func (a *api) listOrganizationSites(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	return a.sites(r, readPage(r), nil, id, nil, nil)
}

// sites is a page of those that match all that is not nil.
func (a *api) sites(r *http.Request, page meta, ids, org, fw, status any) (any, *meta, error) {
	return list(r.Context(), a.db, page, scanSite,
		`SELECT count(*) FROM sites`+siteFilter,
		siteColumns+siteFilter+` ORDER BY id LIMIT ?5 OFFSET ?6`, ids, org, fw, status)
}

// readNumber is a parameter's number, or nil without the parameter.
func readNumber(r *http.Request, name string) (any, error) {
	text := r.FormValue(name)
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, refuse(codeBadRequest, "bad %s %q: want a number", name, text)
	}
	return n, nil
}

// renameSite takes {"name"} and answers the site.
func (a *api) renameSite(r *http.Request) (any, *meta, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, nil, err
	}
	var given struct{ Name string }
	if err := readJSON(r, &given); err != nil {
		return nil, nil, err
	}
	name := strings.TrimSpace(given.Name)
	if n := utf8.RuneCountInString(name); n < 1 || n > 80 {
		return nil, nil, refuse(codeBadRequest, "a name has 1 to 80 characters, this one has %d", n)
	}
	if _, err := a.db.ExecContext(r.Context(), `UPDATE sites SET site_name = ? WHERE id = ?`, name, id); err != nil {
		return nil, nil, fmt.Errorf("rename site: %w", err)
	}
	return a.getSite(r)
}
