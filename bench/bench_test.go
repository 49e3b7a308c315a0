package main

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestServicesAnswerTheirPart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- (&services{railway: build()}).serve(ctx, l) }()
	for body, want := range map[string]string{
		`{"query":"{ stations(first: 1) { n: name zone __typename } }"}`:                          `{"data":{"stations":[{"n":"Station 0","zone":0,"__typename":"Station"}]}}`,
		`{"query":"query($n: Int) { rows(count: $n, size: 2) { id text } }","variables":{"n":2}}`: `{"data":{"rows":[{"id":"r0","text":"xx"},{"id":"r1","text":"xx"}]}}`,
		`{"query":"query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Operator { name } ... on Line { code } } }",
		  "variables":{"representations":[{"__typename":"Operator","id":"op1"},{"__typename":"Line","code":"L2"}]}}`: `{"data":{"_entities":[{"name":"Operator 1"},{"code":"L2"}]}}`,
		`{"query":"{ nothing }"}`: `{"errors":[{"message":"there is no field Query.nothing"}]}`,
	} {
		for range 2 { // made, and from memory
			got, err := askOnce(t.Context(), l.Addr().String(), []byte(body))
			if err != nil || string(got) != want {
				t.Errorf("%s: %s, %v", body, got, err)
			}
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestALoadAsksAtItsRateAndCountsWhatFails(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer := `{"data":{"a":1}}`
		if n, _ := strconv.Atoi(string(body)); n%2 == 0 {
			answer = `{"errors":[]}   `
		}
		_, _ = io.WriteString(w, answer)
	}))
	defer s.Close()
	l := load{addr: s.Listener.Addr().String(), path: "/", conns: 4, rate: 100, body: func(n int64) []byte { return strconv.AppendInt(nil, n, 10) }}
	o, err := l.run(500 * time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if o.requests < 40 || o.requests > 50 || o.failed < o.requests/2-1 || o.failed > o.requests/2+1 {
		t.Errorf("%d requests, %d failed", o.requests, o.failed)
	}
	if o.quantile(.5) <= 0 || o.quantile(.5) > o.quantile(.99) {
		t.Errorf("%v, %v", o.quantile(.5), o.quantile(.99))
	}
}

func TestThePlotIsSVG(t *testing.T) {
	text := plot([]series{{"things", "things", []point{{10, .1}, {100, 1.1}, {1000, 9}}}, {"kB", "kB", []point{{1, 1}, {50, 60}}}})
	var curves int
	for d := xml.NewDecoder(strings.NewReader(string(text))); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "circle" {
			curves++
		}
	}
	if curves != 5 || strings.Contains(string(text), "NaN") {
		t.Errorf("%d points: %s", curves, text)
	}
}
