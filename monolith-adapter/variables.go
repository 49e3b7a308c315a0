package monolith

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// TrialVariables are the variables of a trial. Each may be missing.
type TrialVariables struct {
	// Args is completed with the defaults of the field's arguments.
	Args, This, Batch, Context mapping.Value
	// Config takes the place of what is configured for the source.
	Config mapping.Value
	// Headers are those of a client's request.
	Headers http.Header
}

// ParseVariables reads the variables of a trial: a JSON object whose members are named as mappings name them, $args
// among them. $requestHeaders has a string or a list of them for each header.
func ParseVariables(data []byte) (TrialVariables, error) {
	var out TrialVariables
	v, err := mapping.ParseJSON(data)
	switch {
	case err != nil:
		return out, fmt.Errorf("the variables are not JSON: %w", err)
	case v.Kind() != mapping.Object:
		return out, fmt.Errorf("the variables are %s; give an object, such as {\"$args\": {\"id\": 1}}", v.Kind())
	}
	return VariablesOf(v)
}

// variableNames are the members of a trial's variables.
var variableNames = []string{"$args", "$this", "$batch", "$context", "$config", "$requestHeaders"}

// VariablesOf reads the variables of a trial from an object.
func VariablesOf(v mapping.Value) (TrialVariables, error) {
	var out TrialVariables
	for i := range v.Len() {
		name, member := v.Key(i), v.At(i)
		want := mapping.Object
		if name == "$batch" {
			want = mapping.List
		}
		switch {
		case !slices.Contains(variableNames, name):
			return out, fmt.Errorf("%s is no variable%s", name, suggest(name, variableNames))
		case member.Kind() != want:
			return out, fmt.Errorf("%s is %s, and must be %s", name, member.Kind(), want)
		}
		switch name {
		case "$args":
			out.Args = member
		case "$this":
			out.This = member
		case "$batch":
			out.Batch = member
		case "$context":
			out.Context = member
		case "$config":
			out.Config = member
		case "$requestHeaders":
			out.Headers = HeadersOf(member)
		}
	}
	return out, nil
}

// HeadersOf reads headers from an object with a scalar, or a list of them, for each name.
func HeadersOf(v mapping.Value) http.Header {
	out := http.Header{}
	for i := range v.Len() {
		member := v.At(i)
		if member.Kind() != mapping.List {
			out.Add(v.Key(i), member.Text())
			continue
		}
		for j := range member.Len() {
			out.Add(v.Key(i), member.At(j).Text())
		}
	}
	return out
}
