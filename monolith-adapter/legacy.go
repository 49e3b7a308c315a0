package monolith

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/ficusgraph/ficus/graph/model"
	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
	"github.com/ficusgraph/ficus/subgraph/shaping"
)

// legacySource is the source whose configuration the Client goes by, and where it is by default.
const (
	legacySource = "monolith.legacy"
	legacyURL    = "http://127.0.0.1:4501"
	legacyKey    = "ficus-demo-key"
)

// Client asks the legacy application for what the gateway's own resolvers need, by the addresses that have a
// batch form. It goes by the configuration of the source monolith.legacy.
type Client struct {
	client *client
	base   string
	key    string
}

// NewClient is a Client of the application at the source's override_url, with the key in $config.legacyKey.
func NewClient(cfg Config, ports Ports) (*Client, error) {
	own := cfg.Sources[legacySource]
	way, err := newClient(legacySource, cfg, nil)
	if err != nil {
		return nil, fmt.Errorf("connectors.sources.%s: %w", legacySource, err)
	}
	c := &Client{client: way, base: strings.TrimSuffix(own.OverrideURL, "/"), key: legacyKey}
	if c.base == "" {
		c.base = legacyURL
	}
	if key, ok := own.Config["legacyKey"].(string); ok {
		c.key = key
	}
	base, err := url.Parse(c.base)
	if err != nil {
		return nil, fmt.Errorf("connectors.sources.%s: override_url: %w", legacySource, err)
	}
	config, err := valueOf(own.Config)
	if err != nil {
		return nil, fmt.Errorf("connectors.sources.%s: $config: %w", legacySource, err)
	}
	if way.badge, err = newBadge(own.Auth, base, way, cfg, ports, config); err != nil {
		return nil, fmt.Errorf("connectors.sources.%s: %w", legacySource, err)
	}
	base.User = nil
	c.base = base.String()
	return c, nil
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.client.close() }

// plans are the contracts by the numbers that the application gives them.
var plans = map[int64]model.Plan{0: model.PlanFree, 1: model.PlanPerformance, 2: model.PlanElite}

// UsageByOrganization gives the usage of organizations in the order of the ids, nil where there is none of
// that id. All are asked for in one request.
func (c *Client) UsageByOrganization(ctx context.Context, ids []string) ([]*model.Usage, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	encoded := make([]string, len(ids))
	for i, id := range ids {
		encoded[i] = string(appendDynamic(nil, id))
	}
	items, err := c.items(ctx, "/api/organizations?ids="+strings.Join(encoded, ","))
	if err != nil {
		return nil, fmt.Errorf("usage of %d organizations: %w", len(ids), err)
	}
	found := make(map[string]*model.Usage, items.Len())
	for i := range items.Len() {
		u, err := usage(items.At(i))
		if err != nil {
			return nil, fmt.Errorf("usage of an organization: %w", err)
		}
		found[u.OrganizationID] = u
	}
	out := make([]*model.Usage, len(ids))
	for i, id := range ids {
		out[i] = found[id]
	}
	return out, nil
}

func usage(v mapping.Value) (*model.Usage, error) {
	number, ok := v.Get("plan").Int()
	plan, known := plans[number]
	if !ok || !known {
		return nil, fmt.Errorf("plan %s is not known", v.Get("plan"))
	}
	sites, okSites := v.Get("site_cnt").Int()
	members, okMembers := v.Get("member_cnt").Int()
	if !okSites || !okMembers || v.Get("id").IsNull() {
		return nil, errors.New("id, site_cnt or member_cnt is missing")
	}
	return &model.Usage{OrganizationID: v.Get("id").Text(), Plan: plan, Sites: int(sites), Members: int(members)}, nil
}

// items gets a list out of the application's envelope, which says by itself whether it is one.
func (c *Client) items(ctx context.Context, target string) (mapping.Value, error) {
	a, err := c.client.send(ctx, &outgoing{method: "GET", url: c.base + target, headers: [][2]string{{"X-Legacy-Key", c.key}}}, new(shaping.Passage))
	if err != nil {
		return mapping.Value{}, err
	}
	r := decode(a)
	switch status := r.value.Get("status"); {
	case r.invalid != nil:
		return mapping.Value{}, fmt.Errorf("HTTP %d: %w", r.status, r.invalid)
	case status.Text() != "ok":
		return mapping.Value{}, fmt.Errorf("HTTP %d: %s %s", r.status, r.value.Get("code"), r.value.Get("message"))
	}
	list := r.value.Get("data").Get("items")
	if list.Kind() != mapping.List {
		return mapping.Value{}, fmt.Errorf("HTTP %d: data.items is %s, not a list", r.status, list.Kind())
	}
	return list, nil
}
