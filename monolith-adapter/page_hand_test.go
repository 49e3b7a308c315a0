package monolith_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// byHand makes the page as a Go developer would without a gateway: the same four calls, and structs.
type byHand struct {
	client *http.Client
	base   string
}

type handList[T any] struct {
	Status string `json:"status"`
	Data   struct {
		Items []T `json:"items"`
	} `json:"data"`
	Meta struct {
		Total int `json:"total"`
	} `json:"meta"`
}

type legacySite struct {
	ID        int64  `json:"id"`
	Name      string `json:"site_name"`
	Framework int    `json:"fw"`
	Status    int    `json:"status"`
	Created   int64  `json:"created_ts"`
	Domains   []struct {
		Host string `json:"host"`
	} `json:"domain_list"`
	Refs struct {
		Org struct {
			ID int64 `json:"id"`
		} `json:"org"`
	} `json:"refs"`
}

type legacyOrganization struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Plan int    `json:"plan"`
}

type legacyDeploy struct {
	ID      int64  `json:"id"`
	Site    int64  `json:"site_id"`
	State   int    `json:"state"`
	Commit  string `json:"commit_sha"`
	Message string `json:"msg"`
	Started int64  `json:"started_ms"`
}

type legacyTicket struct {
	ID       int64  `json:"id"`
	Site     int64  `json:"site_id"`
	Title    string `json:"title"`
	Priority int    `json:"prio"`
}

type pageAnswer struct {
	Data struct {
		Sites struct {
			Total int        `json:"total"`
			Items []pageSite `json:"items"`
		} `json:"sites"`
	} `json:"data"`
}

type pageSite struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Framework    string            `json:"framework"`
	Status       string            `json:"status"`
	CreatedAt    int64             `json:"createdAt"`
	Domains      []string          `json:"domains"`
	Organization *pageOrganization `json:"organization"`
	LatestDeploy *pageDeploy       `json:"latestDeploy"`
	OpenTickets  []pageTicket      `json:"openTickets"`
}

type pageOrganization struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Plan string `json:"plan"`
}

type pageDeploy struct {
	ID        string `json:"id"`
	State     string `json:"state"`
	Commit    string `json:"commit"`
	Message   string `json:"message"`
	StartedAt int64  `json:"startedAt"`
}

type pageTicket struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Priority string `json:"priority"`
}

var (
	handFrameworks = []string{"STATIC", "WORDPRESS", "DRUPAL", "NEXTJS"}
	handStatuses   = []string{"PROVISIONING", "ACTIVE", "FROZEN"}
	handPlans      = []string{"FREE", "PERFORMANCE", "ELITE"}
	handStates     = []string{"QUEUED", "RUNNING", "SUCCEEDED", "FAILED"}
	handPriorities = []string{"LOW", "NORMAL", "HIGH"}
)

// page answers the page as JSON.
func (h *byHand) page(ctx context.Context, size int) ([]byte, error) {
	var sites handList[legacySite]
	if err := h.get(ctx, "/api/sites?page=1&size="+strconv.Itoa(size), &sites); err != nil {
		return nil, err
	}
	ids, orgs, seen := url.Values{}, url.Values{}, map[int64]bool{}
	for _, s := range sites.Data.Items {
		ids.Add("site", strconv.FormatInt(s.ID, 10))
		if org := s.Refs.Org.ID; !seen[org] {
			seen[org] = true
			orgs.Add("id", strconv.FormatInt(org, 10))
		}
	}
	var organizations handList[legacyOrganization]
	var deploys handList[legacyDeploy]
	var tickets handList[legacyTicket]
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.get(ctx, "/api/organizations?"+orgs.Encode(), &organizations) })
	g.Go(func() error { return h.get(ctx, "/api/deploys?latest=1&"+ids.Encode(), &deploys) })
	g.Go(func() error { return h.get(ctx, "/api/tickets?n=3&"+ids.Encode(), &tickets) })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return json.Marshal(compose100(sites, organizations, deploys, tickets))
}

func compose100(sites handList[legacySite], organizations handList[legacyOrganization], deploys handList[legacyDeploy], tickets handList[legacyTicket]) *pageAnswer {
	orgs := make(map[int64]*pageOrganization, len(organizations.Data.Items))
	for _, o := range organizations.Data.Items {
		orgs[o.ID] = &pageOrganization{ID: strconv.FormatInt(o.ID, 10), Name: o.Name, Plan: handPlans[o.Plan]}
	}
	latest := make(map[int64]*pageDeploy, len(deploys.Data.Items))
	for _, d := range deploys.Data.Items {
		latest[d.Site] = &pageDeploy{ID: strconv.FormatInt(d.ID, 10), State: handStates[d.State], Commit: d.Commit, Message: d.Message, StartedAt: d.Started}
	}
	open := make(map[int64][]pageTicket, len(sites.Data.Items))
	for _, t := range tickets.Data.Items {
		open[t.Site] = append(open[t.Site], pageTicket{ID: strconv.FormatInt(t.ID, 10), Title: t.Title, Priority: handPriorities[t.Priority]})
	}
	out := &pageAnswer{}
	out.Data.Sites.Total = sites.Meta.Total
	for _, s := range sites.Data.Items {
		p := pageSite{
			ID: strconv.FormatInt(s.ID, 10), Name: s.Name, Framework: handFrameworks[s.Framework], Status: handStatuses[s.Status], CreatedAt: s.Created,
			Organization: orgs[s.Refs.Org.ID], LatestDeploy: latest[s.ID], OpenTickets: open[s.ID],
		}
		for _, d := range s.Domains {
			p.Domains = append(p.Domains, d.Host)
		}
		out.Data.Sites.Items = append(out.Data.Sites.Items, p)
	}
	return out
}

func (h *byHand) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.base+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	res, err := h.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return json.Unmarshal(body, into)
}
