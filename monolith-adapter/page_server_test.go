package monolith_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The page that BenchmarkPage asks for comes from an application in a process of its own, so that what that costs is
// not counted. It has 100 sites in an envelope, and what belongs to them by their ids.

// pageServer is set in the environment of the process that is the application.
const pageServer = "FICUS_PAGE_SERVER"

// servePage is the application, until its input ends.
func servePage() {
	server := httptest.NewServer(pageHandler())
	defer server.Close()
	fmt.Println("serving " + server.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// startPageServer gives the application's URL. It ends with the test.
func startPageServer(tb testing.TB) string {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), pageServer+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "serving "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return url
		}
	}
	tb.Fatal("the application did not start")
	return ""
}

// pageHandler answers the four addresses that make a page, whatever is asked.
func pageHandler() http.Handler {
	const sites, organizations = 100, 20
	list := func(n int, item func(i int) string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = item(i)
		}
		return `{"status":"ok","data":{"items":[` + strings.Join(items, ",") + `]},"meta":{"page":1,"size":100,"total":4711}}`
	}
	answers := map[string]string{
		"/api/sites": list(sites, func(i int) string {
			return fmt.Sprintf(`{"id":%d,"site_name":"Site No. %d","machine_nm":"site-%d","fw":%d,"status":%d,"created_ts":%d,"open_ticket_cnt":%d,"domain_list":[{"host":"www%d.example.com","primary":true},{"host":"site%d.example.org","primary":false}],"refs":{"org":{"id":%d},"owner":{"id":"u%d"}},"php":"8.%d","region_cd":"eu-west","frozen_flg":0}`,
				i+1, i, i, i%4, i%3, 1700000000+i*977, i%5, i, i, i%organizations+1, i*7, i%4)
		}),
		"/api/organizations": list(organizations, func(i int) string {
			return fmt.Sprintf(`{"id":%d,"name":"Organization %d & Sons","slug":"org-%d","plan":%d,"billing_email":"billing%d@example.com","created_ts":%d,"site_cnt":%d,"member_cnt":%d}`,
				i+1, i, i, i%3, i, 1600000000+i, i*3, i*2)
		}),
		"/api/deploys": list(sites, func(i int) string {
			return fmt.Sprintf(`{"id":%d,"site_id":%d,"env_id":%d,"state":%d,"commit_sha":"%040x","msg":"Fix the \"thing\" no. %d","started_ms":%d,"finished_ms":null,"user_id":"u%d"}`,
				9000-i, sites-i, i*3, i%4, i*7919, i, 1700000000000+int64(i)*1234567, i)
		}),
		"/api/tickets": list(3*sites, func(i int) string {
			return fmt.Sprintf(`{"id":%d,"site_id":%d,"title":"Ticket %d: it does not work","prio":%d,"opened_ts":%d,"reporter":{"name":"Ann","email":"ann%d@example.com"}}`,
				i+1, i%sites+1, i, i%3, 1700000000+i, i)
		}),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, body)
	})
}
