package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// attacks is the list, in the order in which it is fired.
func attacks() []attack {
	of := func(name string, m message) attack { return attack{name, posting(m)} }
	list := []attack{{"nothing", func(ctx context.Context, _ *gateway, _ *settings) fired { <-ctx.Done(); return nil }}}
	return append(
		append(list, documents(of)...),
		of("batch", body("["+strings.TrimSuffix(strings.Repeat(query+",", 1000), ",")+"]")),
		of("deep variables", body(`{"query":"query ($f: Filter) { item(filter: $f) { id } }","variables":{"f":`+nested(`{"not":`, 50_000, "{}", "}")+"}}")),
		of("large variables", body(`{"query":"query ($i: [Int]) { item(ids: $i) { id } }","variables":{"i":[`+strings.TrimSuffix(strings.Repeat("1,", 900_000), ",")+"]}}")),
		of("long strings", body(`{"query":"query ($t: String) { item(text: $t) { id } }","variables":{"t":"`+strings.Repeat(`é`, 950_000)+`"}}`)),
		of("long escapes", body(`{"query":"query ($t: String) { item(text: $t) { id } }","variables":{"t":"`+strings.Repeat(`\u0001`, 300_000)+`"}}`)),
		of("duplicated keys", body(`{"variables":{`+strings.Repeat(`"a":1,`, 200_000)+`"a":1},`+strings.Repeat(`"query":"{ item { id } }",`, 2_000)+`"query":"{ item { id } }"}`)),
		of("many keys", message{body: func(int) io.Reader { return keys(150_000) }}),
		of("invalid UTF-8", body(`{"query":"{ item(text: \"`+strings.Repeat("\xff\xfe\xc0\x80\xed\xa0\x80", 100_000)+`\") { id } }"}`)),
		of("large bodies", message{body: func(int) io.Reader { return bytes.NewReader(make([]byte, 20<<20)) }}),
		attack{"endless bodies", endlessBodies},
		of("gzip bombs", bomb()),
		of("large headers", message{body: func(int) io.Reader { return strings.NewReader(query) }, header: map[string]string{"X-Large": strings.Repeat("x", 250_000)}}),
		of("long URLs", message{method: "GET", target: "?query=%7Bitem%7Bid%7D%7D" + strings.Repeat("&a=b", 30_000), body: func(int) io.Reader { return nil }}),
		attack{"header floods", headerFloods},
		attack{"slowloris", slowHeaders},
		attack{"slow bodies", slowBodies},
		attack{"slow readers", slowReaders},
		attack{"pipelines", pipelines},
		attack{"WebSockets", sockets},
		attack{"connections", connections},
	)
}

// documents are the attacks that are in the text of an operation.
func documents(of func(string, message) attack) []attack {
	directives := strings.Repeat("@include(if: true) ", 6_000)
	return []attack{
		of("alias", text("{"+numbered(3_000, "a%d: item { id name } ")+"}")),
		of("depth", text("{ item "+nested("{ near ", 7_000, "{ id }", "}")+"}")),
		of("cycle", text("{ item { ...A } } fragment A on Item { near { ...B } } fragment B on Item { near { ...A } }")),
		of("fragments", text("{ item { ...F0 } } "+numbered(40, "fragment F%d on Item { a: near { ...F%[2]d } b: near { ...F%[2]d } } ")+"fragment F40 on Item { id }")),
		of("directive", text("{ item { id "+directives+"} }")),
		of("unknown directives", text("{ item { id "+numbered(4_000, "@d%d ")+"} }")),
		of("introspection", text("{ __schema { types { "+nested("fields { type { ", 300, "name", "} }")+" } } }")),
		of("overlap", text("{"+strings.Repeat("item { id } ", 3_700)+"}")),
		of("nested overlap", text("{ "+strings.Repeat(nested("item { near { around { ", 1, strings.Repeat("near { id name } ", 60), "} } } "), 24)+" }")),
		of("deep lists", text("{ item(ids: "+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+") { id } }")),
		of("comments", text("{ item { id } }"+strings.Repeat("#\n", 900_000))),
		of("block strings", text(`{ item(text: """`+strings.Repeat("  x\n", 200_000)+`""") { id } }`)),
		of("many errors", text("{"+numbered(3_500, "unknown%d ")+"}")),
		of("new operations", message{body: func(n int) io.Reader {
			return strings.NewReader(`{"query":"query Q` + strconv.Itoa(n) + ` { ` + nested("item { around { offers { near { ", 1, "id name price a"+strconv.Itoa(n)+": price", "} } } }") + ` }"}`)
		}}),
		of("many variables", text("query ("+numbered(2_500, "$v%d: Int ")+") { item(ids: ["+numbered(2_500, "$v%d ")+"]) { id } }")),
	}
}

// nested is a text so often around another.
func nested(open string, n int, inner, shut string) string {
	return strings.Repeat(open, n) + inner + strings.Repeat(shut, n)
}

// numbered is the format with 0, 1 and so on, and the number after it.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if strings.Contains(format, "%[2]d") {
			fmt.Fprintf(&b, format, i, i+1)
			continue
		}
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// keys is a body with so many variables that nobody asked for.
func keys(n int) io.Reader {
	return strings.NewReader(`{"query":"{ item { id } }","variables":{` + strings.TrimSuffix(numbered(n, `"k%d":1,`), ",") + "}}")
}

// bomb is a body that is a thousand times as large once it is unpacked.
func bomb() message {
	made := sync.OnceValue(func() []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		block := bytes.Repeat([]byte(" "), 1<<20)
		for range 500 {
			_, _ = z.Write(block)
		}
		_ = z.Close()
		return b.Bytes()
	})
	return message{body: func(int) io.Reader { return bytes.NewReader(made()) }, header: map[string]string{"Content-Encoding": "gzip"}}
}

// endlessBodies sends chunks for as long as they are taken.
func endlessBodies(ctx context.Context, g *gateway, s *settings) fired {
	return posting(message{body: func(int) io.Reader { return endless{ctx} }})(ctx, g, s)
}
