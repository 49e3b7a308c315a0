package executor_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ficusgraph/ficus/engine/executor"
	"github.com/ficusgraph/ficus/engine/queryplan"
)

// shop is a small world of users, products and reviews that answers any fetch about it.
type shop struct {
	users, products int
	// perProduct says how many reviews each product has; the rest have none.
	perProduct []int
}

func (s *shop) Fetch(_ context.Context, r *executor.Request) (*executor.Response, error) {
	var b strings.Builder
	b.WriteString(`{"data":`)
	if !r.Fetch.IsEntity() {
		s.object(&b, r.Fetch.Selections, thing{"Query", 0})
		b.WriteString(`}`)
		return &executor.Response{Body: []byte(b.String())}, nil
	}
	var variables struct {
		Representations []map[string]any
	}
	if err := json.Unmarshal(r.Variables, &variables); err != nil {
		return nil, err
	}
	b.WriteString(`{"_entities":[`)
	for i, rep := range variables.Representations {
		if i > 0 {
			b.WriteByte(',')
		}
		t := thing{kind: rep["__typename"].(string)}
		key := rep["upc"]
		if t.kind == "User" {
			key = rep["id"]
		}
		fmt.Sscan(fmt.Sprint(key), &t.id)
		s.object(&b, r.Fetch.Selections[0].Selections, t)
	}
	b.WriteString(`]}}`)
	return &executor.Response{Body: []byte(b.String())}, nil
}

type thing struct {
	kind string
	id   int
}

func (s *shop) object(b *strings.Builder, selections []*queryplan.Selection, t thing) {
	b.WriteByte('{')
	for i, f := range selections {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, "%q:", f.Name)
		switch v := s.field(t, f.Field).(type) {
		case thing:
			s.object(b, f.Selections, v)
		case []thing:
			b.WriteByte('[')
			for k, e := range v {
				if k > 0 {
					b.WriteByte(',')
				}
				s.object(b, f.Selections, e)
			}
			b.WriteByte(']')
		default:
			text, _ := json.Marshal(v)
			b.Write(text)
		}
	}
	b.WriteByte('}')
}

// words make the body of a review as long as people's are.
var words = strings.Repeat("It does what it should and a little more, and it came on time. ", 7)

func (s *shop) field(t thing, name string) any {
	switch name {
	case "__typename":
		return t.kind
	case "id", "upc":
		return fmt.Sprint(t.id)
	case "username":
		return fmt.Sprintf("user%d", t.id)
	case "name":
		return fmt.Sprintf("%s %d", t.kind, t.id)
	case "body":
		return words
	case "price", "weight":
		return 100 * t.id
	case "inStock":
		return t.id%2 == 0
	case "shippingEstimate":
		return 7 * t.id
	case "users":
		return s.things("User", s.users)
	case "topProducts":
		return s.things("Product", s.products)
	case "author":
		return thing{"User", 1 + t.id%s.users}
	case "product":
		return thing{"Product", 1 + t.id%2}
	}
	// reviews
	if t.kind == "User" {
		return []thing{{"Review", 2 * t.id}, {"Review", 2*t.id + 1}}
	}
	if t.id > len(s.perProduct) {
		return []thing{}
	}
	return s.things("Review", s.perProduct[t.id-1])
}

func (s *shop) things(kind string, n int) []thing {
	all := make([]thing, n)
	for i := range all {
		all[i] = thing{kind, i + 1}
	}
	return all
}
