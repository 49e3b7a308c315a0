package legacy

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Codes of the envelope. They are HTTP's with a thousand added, since the day a proxy swallowed the real ones.
const (
	codeBadRequest   = 1400
	codeUnauthorized = 1401
	codeNotFound     = 1404
	codeTooMuch      = 1413
	codeLocked       = 1423
	codeInternal     = 1500
)

const (
	defaultSize = 20
	maxSize     = 100
	maxIDs      = 200
	maxBody     = 1 << 20
)

// api answers requests. It is safe for use by many.
type api struct {
	db  *sql.DB
	key string
	now func() time.Time
}

// envelope is round every answer. A refusal has a code and a message, and no data.
type envelope struct {
	Status  string `json:"status"` // ok, error
	Code    int    `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Data    any    `json:"data,omitempty"`
	Meta    *meta  `json:"meta,omitempty"`
}

// meta says which part of a list an answer is.
type meta struct {
	Page  int `json:"page"`
	Size  int `json:"size"`
	Total int `json:"total"`
}

// items is the data of a list.
type items struct {
	Items any `json:"items"`
}

// refusal is an error that the client reads.
type refusal struct {
	code    int
	message string
}

func (r *refusal) Error() string { return r.message }

func refuse(code int, format string, args ...any) error {
	return &refusal{code: code, message: fmt.Sprintf(format, args...)}
}

// endpoint answers with data, and with meta where it is a page of a list.
type endpoint func(*http.Request) (data any, m *meta, err error)

// Routes are all addresses of the application, as METHOD /path/{parameter}, in alphabetical order.
func Routes() []string { return slices.Sorted(maps.Keys(new(api).routes())) }

func (a *api) handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range a.routes() {
		mux.Handle(pattern, h)
	}
	mux.HandleFunc("/", unknownPage)
	return mux
}

// routes are who answers which address.
func (a *api) routes() map[string]http.Handler {
	all := map[string]http.Handler{
		"POST /login":  http.HandlerFunc(a.login),
		"POST /logout": http.HandlerFunc(a.logout),
		"GET /healthz": http.HandlerFunc(a.health),
	}
	for pattern, e := range a.endpoints() {
		all[pattern] = a.authenticated(a.enveloped(e))
	}
	return all
}

// endpoints are the addresses for programs: they want a key or a session, and answer in an envelope.
func (a *api) endpoints() map[string]endpoint {
	return map[string]endpoint{
		"GET /api/organizations":               a.listOrganizations,
		"GET /api/organizations/{id}":          a.getOrganization,
		"GET /api/organizations/{id}/sites":    a.listOrganizationSites,
		"GET /api/organizations/{id}/members":  a.listMembers,
		"GET /api/organizations/{id}/invoices": a.listInvoices,
		"GET /api/sites":                       a.listSites,
		"GET /api/sites/{id}":                  a.getSite,
		"GET /api/sites/health":                a.listHealth,
		"POST /api/sites/{id}/rename":          a.renameSite,
		"GET /api/sites/{id}/environments":     a.listEnvironments,
		"GET /api/sites/{id}/deploys":          a.listSiteDeploys,
		"GET /api/environments/{id}":           a.getEnvironment,
		"GET /api/environments/{id}/deploys":   a.listEnvironmentDeploys,
		"POST /api/environments/{id}/deploys":  a.createDeploy,
		"GET /api/deploys":                     a.feedDeploys,
		"GET /api/deploys/latest":              a.listLatestDeploys,
		"GET /api/deploys/{id}":                a.getDeploy,
		"GET /api/users/{id}":                  a.getUser,
		"POST /api/users/search":               a.searchUsers,
		"GET /api/invoices/{id}":               a.getInvoice,
		"GET /api/whoami":                      a.whoAmI,
		"GET /api/stats":                       a.stats,
	}
}

func (a *api) enveloped(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, m, err := e(r)
		if err != nil {
			writeError(w, r, err)
			return
		}
		writeJSON(w, http.StatusOK, envelope{Status: "ok", Data: data, Meta: m})
	})
}

// writeError answers 200 for a refusal: clients of long ago read the body only. What is no refusal is logged
// and told to nobody.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	var no *refusal
	if errors.As(err, &no) {
		writeJSON(w, http.StatusOK, envelope{Status: "error", Code: no.code, Message: no.message})
		return
	}
	if r.Context().Err() == nil {
		slog.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "error", err)
	}
	writeJSON(w, http.StatusInternalServerError, envelope{Status: "error", Code: codeInternal, Message: "something went wrong"})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	body := json.NewEncoder(w)
	body.SetEscapeHTML(false)
	if err := body.Encode(v); err != nil {
		slog.Debug("client left", "error", err)
	}
}

// unknownPage is HTML, for whoever asks: the front page of the control panel catches all.
func unknownPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, "<!DOCTYPE html>\n<html><head><title>Page not found</title></head>"+
		"<body><h1>Oops!</h1><p>This page has moved, or it never was. Please contact your administrator.</p></body></html>\n")
}

func (a *api) health(w http.ResponseWriter, r *http.Request) {
	if err := a.db.PingContext(r.Context()); err != nil {
		writeError(w, r, err)
		return
	}
	fmt.Fprintln(w, "ok")
}

// readJSON reads a body of bounded size. Unknown members are ignored, as they always were.
func readJSON(r *http.Request, into any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return refuse(codeBadRequest, "the body could not be read")
	}
	if len(body) > maxBody {
		return refuse(codeTooMuch, "the body is larger than %d bytes", maxBody)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return refuse(codeBadRequest, "the body is not the JSON that is expected here: %v", err)
	}
	return nil
}

// pathID is the {id} of the address.
func pathID(r *http.Request) (int64, error) { return readID(r.PathValue("id")) }

func readID(text string) (int64, error) {
	id, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || id < 1 {
		return 0, refuse(codeBadRequest, "bad id %q", text)
	}
	return id, nil
}

// readIDs reads "1,2,3" and gives the JSON list that queries take, or nil for the empty text.
func readIDs(text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.Split(text, ",")
	if len(parts) > maxIDs {
		return nil, refuse(codeTooMuch, "at most %d ids at once", maxIDs)
	}
	ids := make([]int64, len(parts))
	for i, p := range parts {
		id, err := readID(p)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return jsonList(ids), nil
}

func jsonList(ids []int64) string {
	list, err := json.Marshal(ids)
	if err != nil {
		return "[]" // a list of integers can be written
	}
	return string(list)
}

// readPage reads page and size. Nonsense is corrected in silence.
func readPage(r *http.Request) meta {
	page, err := strconv.Atoi(r.FormValue("page"))
	if err != nil || page < 1 || page > 1_000_000 {
		page = 1
	}
	size, err := strconv.Atoi(r.FormValue("size"))
	if err != nil || size < 1 {
		size = defaultSize
	}
	return meta{Page: page, Size: min(size, maxSize)}
}

// scanner is a row, of one or of many.
type scanner interface{ Scan(...any) error }

// read reads a single row; none is a refusal that names the thing.
func read[T any](ctx context.Context, db *sql.DB, thing string, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	v, err := scan(db.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, refuse(codeNotFound, "no such %s", thing)
	}
	if err != nil {
		return v, fmt.Errorf("read %s: %w", thing, err)
	}
	return v, nil
}

// one is read for an endpoint that answers with the row as it is.
func one[T any](ctx context.Context, db *sql.DB, thing string, scan func(scanner) (T, error), query string, args ...any) (any, *meta, error) {
	v, err := read(ctx, db, thing, scan, query, args...)
	return v, nil, err
}

// list reads one page. The query ends with ORDER BY, LIMIT and OFFSET, whose values are added to args.
func list[T any](ctx context.Context, db *sql.DB, m meta, scan func(scanner) (T, error), count, query string, args ...any) (any, *meta, error) {
	if err := db.QueryRowContext(ctx, count, args...).Scan(&m.Total); err != nil {
		return nil, nil, fmt.Errorf("count: %w", err)
	}
	found, err := many(ctx, db, scan, query, append(args, m.Size, (m.Page-1)*m.Size)...)
	if err != nil {
		return nil, nil, err
	}
	return items{found}, &m, nil
}

func many[T any](ctx context.Context, db *sql.DB, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	found := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
		found = append(found, v)
	}
	return found, rows.Err()
}
