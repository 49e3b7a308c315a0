package legacy

import (
	"net/http"
	"strconv"
)

// siteHealth is how a site does, by the last deploys of its live environment that are over.
type siteHealth struct {
	SiteID    int64    `json:"site_id"`
	Grade     int      `json:"grade"`    // 0 healthy, 1 degraded, 2 failing, 9 unknown
	OKPct     *float64 `json:"ok_pct"`   // percent of those deploys that went well
	FailedCnt int      `json:"fail_cnt"` // how many of them did not
	CheckedTS int64    `json:"checked_ts"`
}

// healthWindow is how many deploys a site's health looks at.
const healthWindow = 10

const healthQuery = `WITH last AS (
		SELECT e.site_id, d.state, row_number() OVER (PARTITION BY e.site_id ORDER BY d.id DESC) AS nth
		FROM deploys d JOIN environments e ON e.id = d.env_id
		WHERE e.env_name = 'live' AND d.state IN (2, 3) AND e.site_id IN (SELECT value FROM json_each(?1)))
	SELECT s.id, count(l.nth), count(iif(l.state = 3, 1, NULL)), coalesce(max(iif(l.nth = 1, l.state, 0)), 0)
	FROM sites s LEFT JOIN last l ON l.site_id = s.id AND l.nth <= ?2
	WHERE s.id IN (SELECT value FROM json_each(?1)) GROUP BY s.id ORDER BY s.id`

func (a *api) scanHealth(row scanner) (h siteHealth, err error) {
	var deploys, newest int
	err = row.Scan(&h.SiteID, &deploys, &h.FailedCnt, &newest)
	h.CheckedTS = a.now().Unix()
	switch {
	case deploys == 0:
		h.Grade = 9
	case newest == 3:
		h.Grade = 2
	case h.FailedCnt > 0:
		h.Grade = 1
	}
	if deploys > 0 {
		ok := 100 * float64(deploys-h.FailedCnt) / float64(deploys)
		h.OKPct = &ok
	}
	return h, err
}

// listHealth answers ?site_ids=1,2,3 with how each of these sites does, in their order.
func (a *api) listHealth(r *http.Request) (any, *meta, error) {
	ids, err := readIDs(r.FormValue("site_ids"))
	if err != nil {
		return nil, nil, err
	}
	if ids == nil {
		return nil, nil, refuse(codeBadRequest, "site_ids are missing")
	}
	found, err := many(r.Context(), a.db, a.scanHealth, healthQuery, ids, healthWindow)
	if err != nil {
		return nil, nil, err
	}
	return items{found}, &meta{Page: 1, Size: maxIDs, Total: len(found)}, nil
}

// deployed is a deploy in the feed.
type deployed struct {
	ID      int64  `json:"id"`
	SiteID  int64  `json:"site_id"`
	EnvName string `json:"env_name"`
	State   int    `json:"state"`
}

func scanDeployed(row scanner) (d deployed, err error) {
	err = row.Scan(&d.ID, &d.SiteID, &d.EnvName, &d.State)
	return d, err
}

// feedPage is how many deploys one answer of the feed has.
const feedPage = 1000

// feedDeploys answers ?after=ID with the deploys behind that one, the oldest first: other programs keep up with it.
func (a *api) feedDeploys(r *http.Request) (any, *meta, error) {
	after := int64(0)
	if text := r.FormValue("after"); text != "" {
		var err error
		if after, err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, nil, refuse(codeBadRequest, "bad after %q: want a number", text)
		}
	}
	found, err := many(r.Context(), a.db, scanDeployed, `SELECT d.id, e.site_id, e.env_name, d.state
		FROM deploys d JOIN environments e ON e.id = d.env_id WHERE d.id > ? ORDER BY d.id LIMIT ?`, after, feedPage)
	if err != nil {
		return nil, nil, err
	}
	return items{found}, nil, nil
}
