package universe

import (
	"fmt"
	"slices"
	"strings"
)

// Differences says in what an answer is not the wanted one. Data is equal to the byte. Errors are compared by the
// null that each led to: of several beneath one null the specification wants one and allows all. The others may be
// told of somewhere on the way to their place, which is gone.
func Differences(have, want Answer) []string {
	if have.Data != want.Data {
		return []string{fmt.Sprintf("data\n  have %s\n  want %s", have.Data, want.Data)}
	}
	data, err := decode([]byte(want.Data))
	if err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	if !slices.Equal(have.Changes, want.Changes) {
		wrong = append(wrong, fmt.Sprintf("ran %v, not %v", have.Changes, want.Changes))
	}
	wanted, got := nulls(data, want.Errors), nulls(data, have.Errors)
	places := texts(want.Errors)
	for _, null := range got {
		onTheWay := func(place string) bool { return strings.HasPrefix(place, strings.TrimSuffix(null, "]")) }
		if !slices.Contains(wanted, null) && !slices.ContainsFunc(places, onTheWay) {
			wrong = append(wrong, "an error without cause at "+null)
		}
	}
	for _, null := range wanted {
		if !slices.Contains(got, null) {
			wrong = append(wrong, "no error says why null is at "+null)
		}
	}
	return wrong
}

func texts(paths []Path) []string {
	all := make([]string, len(paths))
	for i, p := range paths {
		all[i] = p.String()
	}
	return all
}

func nulls(data any, errors []Path) []string {
	all := make([]string, len(errors))
	for i, p := range errors {
		all[i] = reach(data, p).String()
	}
	return all
}

// reach is how far a path leads until it ends in null.
func reach(data any, path Path) Path {
	for i, step := range path {
		switch v := data.(type) {
		case map[string]any:
			key, _ := step.(string)
			data = v[key]
		case []any:
			index, ok := step.(int)
			if n, isFloat := step.(float64); isFloat { // as JSON has it
				index, ok = int(n), true
			}
			if !ok || index < 0 || index >= len(v) {
				return path[:i]
			}
			data = v[index]
		default:
			return path[:i]
		}
	}
	return path
}
