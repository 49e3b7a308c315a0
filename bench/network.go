package main

import (
	"embed"
	"fmt"
	"strings"
)

// network is the graph that is asked: the railway of a small country, in five subgraphs.
//
//go:embed network/*.graphql
var network embed.FS

// subgraphs are the names of the subgraphs; each has its SDL in network/.
var subgraphs = []string{"departures", "lines", "notices", "operators", "stations"}

// board is the query of all comparisons. With more stations than there are its answer is always the same.
func board() string {
	text, err := network.ReadFile("network/board.graphql")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}

// object is an object of the graph: its fields, of which each subgraph is asked for its own.
type object struct {
	typename string
	fields   map[string]any
}

// computed is a field that needs its arguments.
type computed func(arguments map[string]any) any

// railway is the whole graph: the root's fields, and the entities by type and key.
type railway struct {
	root     *object
	entities map[string]*object
}

const (
	stationCount, lineCount, operatorCount = 8, 5, 3
	departuresOfStation                    = 5
)

// build makes the railway. Everything in it follows from its number, so that it is the same in each process.
func build() *railway {
	r := &railway{entities: map[string]*object{}}
	var stations, lines []any
	for i := range operatorCount {
		r.add("Operator", fmt.Sprint("op", i), map[string]any{
			"id": fmt.Sprint("op", i), "name": fmt.Sprint("Operator ", i), "phone": fmt.Sprint("+41 44 000 00 ", i), "motto": prose(i, 12),
		})
	}
	for i := range stationCount {
		stations = append(stations, r.add("Station", fmt.Sprint("s", i), map[string]any{
			"id": fmt.Sprint("s", i), "name": fmt.Sprint("Station ", i), "city": fmt.Sprint("City ", i/3),
			"lat": 46 + float64(i)/16, "lon": 7 + float64(i)/8, "zone": 10 * (i % 7), "about": prose(i, 60),
		}))
	}
	for i := range lineCount {
		var stops, notices []any
		for k := range 5 {
			stops = append(stops, stations[(2*i+k)%stationCount])
			notices = append(notices, &object{"Notice", map[string]any{"id": fmt.Sprint("n", i, "-", k), "text": prose(i+k, 40)}})
		}
		lines = append(lines, r.add("Line", fmt.Sprint("L", i), map[string]any{
			"code": fmt.Sprint("L", i), "name": fmt.Sprint("Line ", i), "colour": "#0000f" + fmt.Sprint(i),
			"operator": r.entities[fmt.Sprint("Operator:op", i%operatorCount)], "stops": stops, "notices": notices,
		}))
	}
	for i, s := range stations {
		var departures []any
		for k := range departuresOfStation {
			departures = append(departures, &object{"Departure", map[string]any{
				"id": fmt.Sprint("d", i, "-", k), "at": fmt.Sprintf("%02d:%02d", 6+k, 5*i), "platform": 1 + k, "note": prose(k, 25),
				"to": stations[(i+k+1)%stationCount], "line": lines[(i+k)%lineCount],
			}})
		}
		s.(*object).fields["departures"] = departures
	}
	r.root = &object{"Query", map[string]any{
		"lines":    lines,
		"stations": computed(func(a map[string]any) any { return stations[:min(whole(a["first"], 5), stationCount)] }),
		"rows":     computed(r.rows),
	}}
	return r
}

func (r *railway) add(typename, key string, fields map[string]any) *object {
	o := &object{typename, fields}
	r.entities[typename+":"+key] = o
	return o
}

// rows are as many as are asked for, each with a text as long as is asked for.
func (r *railway) rows(arguments map[string]any) any {
	text := strings.Repeat("x", whole(arguments["size"], 0))
	out := []any{}
	for i := range whole(arguments["count"], 0) {
		out = append(out, &object{"Row", map[string]any{"id": fmt.Sprint("r", i), "text": text}})
	}
	return out
}

// entity is what a representation stands for; rows are made as they are asked for.
func (r *railway) entity(representation map[string]any) *object {
	typename, _ := representation["__typename"].(string)
	if typename == "Row" {
		return &object{typename, map[string]any{"id": representation["id"], "rank": 7}}
	}
	for _, key := range []string{"id", "code"} {
		if o, ok := r.entities[fmt.Sprint(typename, ":", representation[key])]; ok {
			return o
		}
	}
	return nil
}

// whole is a number of JSON as an int, or the default.
func whole(v any, otherwise int) int {
	if f, ok := v.(float64); ok {
		return int(f)
	}
	return otherwise
}

// prose is some words, the same for the same number.
func prose(n, words int) string {
	all := strings.Fields("trains leave on time except where snow lies on the line or a cow looks at the signal and nobody minds because tea is served in the hall")
	var out []string
	for i := range words {
		out = append(out, all[(n*7+i*(1+n%5))%len(all)])
	}
	return strings.Join(out, " ")
}
