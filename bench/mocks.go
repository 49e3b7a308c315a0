package main

import (
	"context"
	"io"
)

// mocked is a configuration in which one more subgraph is made up, and adds fields to what the others answer.
const mocked = `  plans:
    mock: always
    schema:
      sdl: |
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
        type Query { plans(first: Int): [Plan!]! }
        type Plan @key(fields: "id") { id: ID! title: String! stations: [Station!]! }
        type Station @key(fields: "id") { id: ID! crowding: Int! accessible: Boolean }
        type Line @key(fields: "code") { code: ID! punctuality: Float! plans: [Plan!]! }
admin: {listen: '127.0.0.1:0'}
environment: dev
`

// perRequest has requests choose what is made up for them, and answers say what was.
const perRequest = "mocks: {per_request: true, report: true}\n"

// mocksSection: what mocks cost a request that touches none of them.
func mocksSection(_ context.Context, y *yard, out io.Writer) error {
	services, err := y.startServices("0")
	if err != nil {
		return err
	}
	var processes []*process
	for _, v := range []struct{ name, more string }{{"no mocks", ""}, {"mocks not asked for", mocked}, {"and requests may choose", mocked + perRequest}} {
		p, err := y.keep(y.startGateway(v.name, services.addr, v.more))
		if err != nil {
			return err
		}
		processes = append(processes, p)
	}
	all, err := y.compare(y.boards(false, 0), processes...)
	if err != nil {
		return err
	}
	return printFigures(out, "Mocks: configured, and not in what is asked for", all)
}
