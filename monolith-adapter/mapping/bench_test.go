package mapping_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// page is a list of 100 items as an application sends it, of about 45 kB.
func page() []byte {
	var b strings.Builder
	b.WriteString(`{"status":"ok","data":{"items":[`)
	for i := range 100 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"site_name":"Site number %d","machine_nm":"site-%d","fw":%d,"status":1,"created_ts":%d,"open_ticket_cnt":%d,`+
			`"domain_list":[{"host":"www.site-%d.example","primary":true,"tls":{"issuer":"Some Authority","until":1893456000}},{"host":"site-%d.example","primary":false,"tls":null}],`+
			`"refs":{"org":{"id":%d,"href":"/api/organizations/%d"},"owner":{"id":%d,"href":"/api/users/%d"}},"notes":"A note, as people write them into such a field.","flags":[1,2,3,5,8]}`,
			i, i, i, i%4, 1700000000+i, i%7, i, i, i%9, i%9, i%31, i%31)
	}
	b.WriteString(`]},"meta":{"page":1,"size":100,"total":4242}}`)
	return []byte(b.String())
}

const pageSelection = `items: $.data.items {
  id
  name: site_name
  machineName: machine_nm
  framework: fw->match([1, "WORDPRESS"], [2, "DRUPAL"], [3, "NEXTJS"], [@, "STATIC"])
  status: status->match([0, "PROVISIONING"], [1, "ACTIVE"], [2, "FROZEN"], [9, "DELETED"])
  createdAt: created_ts
  domains: domain_list->map(@.host)
  organization: refs.org { id }
  owner: refs.owner { id }
}
total: $.meta.total`

func BenchmarkParseJSON(b *testing.B) {
	data := page()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mapping.ParseJSON(data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncodingJSON is the yardstick: the same bytes into any.
func BenchmarkEncodingJSON(b *testing.B) {
	data := page()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMapping(b *testing.B) {
	data := page()
	s, err := mapping.Parse(pageSelection, mapping.V03)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var out []byte
	for b.Loop() {
		v, err := mapping.ParseJSON(data)
		if err != nil {
			b.Fatal(err)
		}
		mapped, problems, err := s.Eval(v, nil, mapping.Limits{})
		if err != nil || len(problems) > 0 {
			b.Fatal(err, problems)
		}
		out = mapped.Append(out[:0])
	}
}
