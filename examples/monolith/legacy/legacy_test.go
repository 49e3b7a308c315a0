package legacy_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ficusgraph/ficus/examples/monolith/legacy"
)

type meta struct{ Page, Size, Total int }

// start runs the application on a free port until the test ends, and gives its URL.
func start(t *testing.T, args ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, lines := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- legacy.Run(ctx, append([]string{"-listen", "127.0.0.1:0"}, args...), lines) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	var url string
	if _, err := fmt.Fscanf(out, "monolith serves %s\n", &url); err != nil {
		t.Fatal(err)
	}
	return url
}

// fresh is a file that is not there yet.
func fresh(t *testing.T) string { return filepath.Join(t.TempDir(), "monolith.db") }

// seeded is the content of a database as the seed leaves it: seeding is slow under the race detector.
var seeded = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "monolith")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "seeded.db")
	ctx, stop := context.WithCancel(context.Background())
	out, lines := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- legacy.Run(ctx, []string{"-listen", "127.0.0.1:0", "-db", path}, lines) }()
	_, err = bufio.NewReader(out).ReadString('\n')
	stop()
	if err := errors.Join(err, <-done); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// filled is a database of the test's own.
func filled(t *testing.T) string {
	t.Helper()
	data, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	path := fresh(t)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

type client struct {
	t    *testing.T
	base string
	http *http.Client
	key  string
}

func newClient(t *testing.T) *client { return clientOf(t, filled(t)) }

func clientOf(t *testing.T, db string) *client {
	return &client{t: t, base: start(t, "-db", db), http: http.DefaultClient, key: "ficus-demo-key"}
}

// call sends a request and gives the answer's status and body.
func (c *client) call(method, path, body string) (int, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.key != "" {
		r.Header.Set("X-Legacy-Key", c.key)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer.StatusCode, strings.TrimSpace(string(data))
}

// decode calls and reads the envelope.
func (c *client) decode(method, path, body string) (e struct {
	Status, Message string
	Code            int
	Data            json.RawMessage
	Meta            meta
},
) {
	c.t.Helper()
	_, answer := c.call(method, path, body)
	if err := json.Unmarshal([]byte(answer), &e); err != nil {
		c.t.Fatalf("%s %s: %v: %s", method, path, err, answer)
	}
	return e
}

func TestSeedFillsManyRowsInManyTablesFast(t *testing.T) {
	began := time.Now()
	c := clientOf(t, fresh(t))
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the first start took %v", took)
	}
	var stats struct{ Rows map[string]int }
	if err := json.Unmarshal(c.decode("GET", "/api/stats", "").Data, &stats); err != nil {
		t.Fatal(err)
	}
	total := 0
	for table, n := range stats.Rows {
		total += n
		if n == 0 {
			t.Errorf("%s is empty", table)
		}
	}
	if total < 10_000 || len(stats.Rows) < 6 {
		t.Errorf("%d rows in %d tables: %v", total, len(stats.Rows), stats.Rows)
	}
}

func TestSeedIsTheSameEachTime(t *testing.T) {
	first, second := newClient(t), clientOf(t, fresh(t))
	for _, path := range []string{
		"/api/organizations?size=100&page=2", "/api/sites?size=100&page=3", "/api/sites/1/deploys",
		"/api/organizations/7/invoices", "/api/invoices/1200", "/api/users/999",
	} {
		_, a := first.call("GET", path, "")
		_, b := second.call("GET", path, "")
		if a != b {
			t.Errorf("%s differs between two databases", path)
		}
	}
}

func TestAnswers(t *testing.T) {
	c := newClient(t)
	for _, tt := range []struct{ name, method, path, body, want string }{
		{
			"one record is in an envelope", "GET", "/api/organizations/1", "",
			`{"status":"ok","data":{"id":1,"name":"Harbor & Pine","slug":"harbor-pine","plan":2,"billing_email":"accounts@harborpine.example","created_ts":1572739200,"site_cnt":3,"member_cnt":6}}`,
		},
		{
			"ids batch, in the order of ids, without those that are missing", "GET", "/api/organizations?ids=1,9999", "",
			`{"status":"ok","data":{"items":[{"id":1,"name":"Harbor & Pine","slug":"harbor-pine","plan":2,"billing_email":"accounts@harborpine.example","created_ts":1572739200,"site_cnt":3,"member_cnt":6}]},"meta":{"page":1,"size":200,"total":1}}`,
		},
		{
			"ids nest", "GET", "/api/sites/1", "",
			`{"status":"ok","data":{"id":1,"site_name":"Harbor & Pine Shop","machine_nm":"harbor-pine-shop","fw":3,"status":1,"created_ts":1614816000,"open_ticket_cnt":4,"domain_list":[{"host":"shop.harborpine.example","primary":1},{"host":"harborpine.example","primary":0}],"refs":{"org":{"id":1},"owner":{"id":1}}}}`,
		},
		{
			"users are searched by ids of either type", "POST", "/api/users/search", `{"ids":["1"]}`,
			`{"status":"ok","data":{"items":[{"id":1,"email":"maya@harborpine.example","name":{"first":"Maya","last":"Okafor"},"state":1,"default_org_id":1,"last_login_ms":1787096360000}]},"meta":{"page":1,"size":200,"total":1}}`,
		},
		{
			"the newest deploy of each site, on whichever environment", "GET", "/api/deploys/latest?site_ids=2,9999", "",
			`{"status":"ok","data":{"items":[{"id":3982,"env_id":4,"site_id":2,"user_id":437,"state":3,"commit_sha":"ae37966c08197c53e7692161a618c6a27742c802","msg":"New landing page","started_ms":1788039947615,"finished_ms":1788040237184}]},"meta":{"page":1,"size":200,"total":1}}`,
		},
		{"the newest deploys want sites", "GET", "/api/deploys/latest", "", `{"status":"error","code":1400,"message":"site_ids are missing"}`},
		{"a missing record is 200", "GET", "/api/sites/9999", "", `{"status":"error","code":1404,"message":"no such site"}`},
		{"a bad id is 200", "GET", "/api/sites/x", "", `{"status":"error","code":1400,"message":"bad id \"x\""}`},
		{"bad ids are 200", "GET", "/api/sites?ids=1,,2", "", `{"status":"error","code":1400,"message":"bad id \"\""}`},
		{"a bad filter is 200", "GET", "/api/sites?fw=perl", "", `{"status":"error","code":1400,"message":"bad fw \"perl\": want a number"}`},
		{"a bad body is 200", "POST", "/api/users/search", `{"ids":[true]}`, `{"status":"error","code":1400,"message":"the body is not the JSON that is expected here: bad id \"true\""}`},
		{"an empty name is refused", "POST", "/api/sites/2/rename", `{"name":" "}`, `{"status":"error","code":1400,"message":"a name has 1 to 80 characters, this one has 0"}`},
		{"a site that is missing is not renamed", "POST", "/api/sites/9999/rename", `{"name":"x"}`, `{"status":"error","code":1404,"message":"no such site"}`},
		{"a deploy wants a message", "POST", "/api/environments/1/deploys", `{}`, `{"status":"error","code":1400,"message":"a deploy wants a message"}`},
		{"a deploy wants an environment", "POST", "/api/environments/99999/deploys", `{"message":"x"}`, `{"status":"error","code":1404,"message":"no such environment"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, got := c.call(tt.method, tt.path, tt.body)
			if diff := cmp.Diff(tt.want, got); diff != "" || status != http.StatusOK {
				t.Errorf("status %d\n%s", status, diff)
			}
		})
	}
}

func TestListsArePaged(t *testing.T) {
	c := newClient(t)
	for _, tt := range []struct {
		path  string
		items int
		want  meta
	}{
		{"/api/sites", 20, meta{1, 20, 800}},
		{"/api/sites?page=8&size=100", 100, meta{8, 100, 800}},
		{"/api/sites?page=9&size=100", 0, meta{9, 100, 800}},
		{"/api/sites?size=1000", 100, meta{1, 100, 800}},
		{"/api/sites?page=-1&size=nine", 20, meta{1, 20, 800}},
		{"/api/sites?ids=3,1,2,1&fw=3", 1, meta{1, 200, 1}},
		{"/api/organizations/1/sites", 3, meta{1, 20, 3}},
		{"/api/organizations/1/members?size=2", 2, meta{1, 2, 6}},
		{"/api/organizations/1/invoices", 6, meta{1, 20, 6}},
		{"/api/sites/1/environments", 3, meta{1, 20, 3}},
		{"/api/environments/3/deploys?size=1", 1, meta{1, 1, 7}},
	} {
		e := c.decode("GET", tt.path, "")
		var data struct{ Items []json.RawMessage }
		if err := json.Unmarshal(e.Data, &data); err != nil {
			t.Fatal(err)
		}
		if len(data.Items) != tt.items || e.Meta != tt.want {
			t.Errorf("%s: %d items, %+v; want %d, %+v", tt.path, len(data.Items), e.Meta, tt.items, tt.want)
		}
	}
}

func TestInvoiceTotalsAreTheSumOfTheirLines(t *testing.T) {
	c := newClient(t)
	for id := 1; id <= 1200; id += 171 {
		var i struct {
			Lines []struct {
				Qty       int
				UnitCents int `json:"unit_cents"`
			}
			TotalCents int `json:"total_cents"`
		}
		if err := json.Unmarshal(c.decode("GET", fmt.Sprintf("/api/invoices/%d", id), "").Data, &i); err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, l := range i.Lines {
			sum += l.Qty * l.UnitCents
		}
		if len(i.Lines) == 0 || sum != i.TotalCents {
			t.Errorf("invoice %d: lines %v make %d, total is %d", id, i.Lines, sum, i.TotalCents)
		}
	}
}

func TestWritesAreRead(t *testing.T) {
	c := newClient(t)
	c.decode("POST", "/api/sites/2/rename", `{"name":"Pine Weekly"}`)
	if got := c.decode("GET", "/api/sites/2", ""); !strings.Contains(string(got.Data), `"site_name":"Pine Weekly"`) {
		t.Errorf("after the rename: %s", got.Data)
	}
	type deploy struct {
		ID    int
		Msg   string
		User  int `json:"user_id"`
		State int
	}
	var queued deploy
	var newest struct{ Items []deploy }
	if err := json.Unmarshal(c.decode("POST", "/api/environments/3/deploys", `{"message":"Ship it"}`).Data, &queued); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(c.decode("GET", "/api/sites/1/deploys?size=1", "").Data, &newest); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]deploy{{ID: 6001, Msg: "Ship it", User: 1}}, newest.Items); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(queued, newest.Items[0]); diff != "" {
		t.Error(diff)
	}
}

func TestNobodyGetsInWithoutKeyOrSession(t *testing.T) {
	c := newClient(t)
	for _, key := range []string{"", "wrong"} {
		c.key = key
		if status, body := c.call("GET", "/api/sites/1", ""); status != http.StatusUnauthorized || !strings.Contains(body, `"code":1401`) {
			t.Errorf("key %q: %d %s", key, status, body)
		}
	}
}

func TestBearerTokenIsAsGoodAsTheKey(t *testing.T) {
	c := newClient(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.base+"/api/whoami", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer ficus-demo-key")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestSessionsBeginAndEnd(t *testing.T) {
	c := newClient(t)
	c.key = ""
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c.http = &http.Client{Jar: jar}
	if _, got := c.call("POST", "/login", `{"email":"maya@harborpine.example","password":"guess"}`); !strings.Contains(got, `"code":1401`) {
		t.Fatalf("wrong password: %s", got)
	}
	c.call("POST", "/login", `{"email":"maya@harborpine.example","password":"strangler"}`)
	if _, got := c.call("GET", "/api/whoami", ""); got != `{"status":"ok","data":{"user_id":1}}` {
		t.Errorf("signed in: %s", got)
	}
	c.call("POST", "/logout", "")
	if status, got := c.call("GET", "/api/whoami", ""); status != http.StatusUnauthorized {
		t.Errorf("signed out: %d %s", status, got)
	}
}

func TestUnknownAddressIsHTML(t *testing.T) {
	c := newClient(t)
	for _, path := range []string{"/", "/api/tickets", "/api/sites/1/unknown"} {
		if status, body := c.call("GET", path, ""); status != http.StatusNotFound || !strings.HasPrefix(body, "<!DOCTYPE html>") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, body := c.call("GET", "/healthz", ""); status != http.StatusOK || body != "ok" {
		t.Errorf("healthz: %d %s", status, body)
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	c := newClient(t)
	ids := strings.TrimSuffix(strings.Repeat("1,", 201), ",")
	for path, body := range map[string]string{
		"/api/sites?ids=" + ids: "",
		"/api/users/search":     `{"ids":[` + ids + `]}`,
		"/api/sites/1/rename":   `{"name":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		method := "POST"
		if body == "" {
			method = "GET"
		}
		if e := c.decode(method, path, body); e.Code != 1413 {
			t.Errorf("%.40s: %+v", path, e)
		}
	}
}

func TestDatabaseIsReused(t *testing.T) {
	path := filled(t)
	c := clientOf(t, path)
	c.decode("POST", "/api/sites/1/rename", `{"name":"Kept"}`)
	c.base = start(t, "-db", path)
	if got := c.decode("GET", "/api/sites/1", ""); !strings.Contains(string(got.Data), "Kept") {
		t.Errorf("the second start forgot: %s", got.Data)
	}
}

func TestBadStartsSayWhy(t *testing.T) {
	foreign := filepath.Join(t.TempDir(), "foreign.db")
	db, err := sql.Open("sqlite", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE precious (x)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	old := filled(t)
	if db, err = sql.Open("sqlite", old); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	garbage := filepath.Join(t.TempDir(), "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("garbage ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"data of another program":      {"-db", foreign},
		"has version 99 of the schema": {"-db", old},
		"not a database":               {"-db", garbage},
		"choose another address":       {"-db", filled(t), "-listen", "nowhere:1"},
		`unexpected argument "now"`:    {"now"},
		"flag provided but not":        {"-what"},
	} {
		err := legacy.Run(t.Context(), args, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", args, err, want)
		}
	}
}
