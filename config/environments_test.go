package config_test

import (
	"strings"
	"testing"

	"github.com/ficusgraph/ficus/config"
)

const shops = `subgraphs:
  said: {mock: always, schema: {sdl: x}}
  not: {mock: never, schema: {sdl: x}}
  silent: {schema: {sdl: x}}
`

// TestTheEnvironmentSaysWhoMayBeMocked: what it says of a subgraph goes before what it says of all, that before
// what the subgraph says of itself.
func TestTheEnvironmentSaysWhoMayBeMocked(t *testing.T) {
	overrides := "environments:\n  staging: {mock: never, subgraphs: {silent: {mock: always}}}\n  dev: {subgraphs: {not: {mock: unimplemented}}}\n"
	for _, test := range []struct {
		env, more string
		want      string
	}{
		{"dev", "", "always never unimplemented"},
		{"staging", "", "always never unimplemented"},
		{"production", "", "always never unimplemented"},
		{"dev", overrides, "always unimplemented unimplemented"},
		{"staging", overrides, "never never always"},
		{"production", overrides, "always never unimplemented"},
	} {
		cfg, err := parse("environment: "+test.env+"\n"+shops+test.more, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, name := range []string{"said", "not", "silent"} {
			got = append(got, string(cfg.Mocking(name)))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s with %q: %v, want %s", test.env, test.more, got, test.want)
		}
	}
}

// TestProductionMakesUpWhatIsAcknowledged and nothing else; elsewhere anything may be.
func TestProductionMakesUpWhatIsAcknowledged(t *testing.T) {
	for env, want := range map[string][3]bool{"dev": {true, true, true}, "staging": {true, true, true}, "production": {true, false, false}, "": {true, false, false}} {
		cfg, err := parse("environment: \""+env+"\"\nmocks: {acknowledged: [Ticket.mood]}\n", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]bool{cfg.Acknowledges("Ticket.mood"), cfg.Acknowledges("Ticket.id"), cfg.Permits()}; got != want {
			t.Errorf("%q: %v, want %v", env, got, want)
		}
	}
}

// TestWhoNamesTheEnvironment: the command line, else the file, else FICUS_ENV, else what the command takes.
func TestWhoNamesTheEnvironment(t *testing.T) {
	for _, test := range []struct{ asked, file, variable, want, wrong string }{
		{"dev", "staging", "production", "dev", ""},
		{"", "staging", "production", "staging", ""},
		{"", "", "staging", "staging", ""},
		{"", "", "", "production", ""},
		{"prod", "", "", "", `--env: "prod" is none of production, staging, dev`},
		{"", "", "prod", "", `FICUS_ENV: "prod" is none of production, staging, dev`},
	} {
		cfg, err := parse("environment: \""+test.file+"\"\n", map[string]string{"FICUS_ENV": test.variable})
		if err == nil {
			err = cfg.Decide(test.asked, config.Production)
		}
		if test.wrong != "" {
			if err == nil || err.Error() != test.wrong {
				t.Errorf("%+v: %v", test, err)
			}
			continue
		}
		if err != nil || string(cfg.Environment) != test.want {
			t.Errorf("%+v: %s, %v", test, cfg.Environment, err)
		}
	}
}

// TestProductionRefusesWhatIsForDevelopment, at its place; the same file is good elsewhere.
func TestProductionRefusesWhatIsForDevelopment(t *testing.T) {
	for _, key := range []string{"scenario: empty", "per_request: true", "report: true"} {
		text := "mocks:\n  seed: 1\n  " + key + "\n"
		cfg, err := parse(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(key, ":")
		want := "ficus.yaml:3:3: mocks." + name + ": is not for production; leave it out, or serve with --env staging or dev"
		if err := cfg.Decide("", config.Production); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", key, err, want)
		}
		if err := cfg.Decide("staging", config.Production); err != nil {
			t.Errorf("%s in staging: %v", key, err)
		}
	}
}
