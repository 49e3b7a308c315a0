package suite

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// pretty is a value on several lines, the members of objects in the order of their names.
func pretty(v mapping.Value) string {
	if v.IsMissing() {
		return "nothing"
	}
	var out bytes.Buffer
	if err := json.Indent(&out, sorted(v).Append(nil), "", "  "); err != nil {
		return v.String()
	}
	return out.String()
}

func sorted(v mapping.Value) mapping.Value {
	switch v.Kind() {
	case mapping.List:
		elems := make([]mapping.Value, v.Len())
		for i := range elems {
			elems[i] = sorted(v.At(i))
		}
		return mapping.ListValue(elems)
	case mapping.Object:
		keys := make([]string, v.Len())
		for i := range keys {
			keys[i] = v.Key(i)
		}
		slices.Sort(keys)
		vals := make([]mapping.Value, len(keys))
		for i, k := range keys {
			vals[i] = sorted(v.Get(k))
		}
		return mapping.ObjectValue(keys, vals)
	}
	return v
}

// differBodies compares two bodies, by value if both are JSON; "" if they are the same.
func differBodies(want, got string) string {
	a, errA := mapping.ParseJSON([]byte(want))
	b, errB := mapping.ParseJSON([]byte(got))
	switch {
	case errA == nil && errB == nil && equal(a, b):
		return ""
	case errA == nil && errB == nil:
		return differ(pretty(a), pretty(b))
	}
	return differ(strings.TrimSpace(want), strings.TrimSpace(got))
}

// maxCells bounds the work of a comparison; what is larger is shown as two blocks.
const maxCells = 4 << 20

// differ shows what has to be changed in got to be what is wanted, line by line; "" if nothing.
func differ(want, got string) string {
	if want == got {
		return ""
	}
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	if len(a)*len(b) > maxCells {
		return marked("- ", a) + "\n" + marked("+ ", b)
	}
	// longest[i][j] is the length of the longest common run of lines of a[i:] and b[j:].
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var lines []string
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			lines, i, j = append(lines, "  "+a[i]), i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			lines, i = append(lines, "- "+a[i]), i+1
		default:
			lines, j = append(lines, "+ "+b[j]), j+1
		}
	}
	return strings.Join(around(lines), "\n")
}

func marked(mark string, lines []string) string {
	return mark + strings.Join(lines, "\n"+mark)
}

// around leaves out what is more than three lines from any change.
func around(lines []string) []string {
	const context = 3
	var out []string
	for i, l := range lines {
		near := slices.ContainsFunc(lines[max(0, i-context):min(len(lines), i+context+1)], func(s string) bool { return s[0] != ' ' })
		switch {
		case near:
			out = append(out, l)
		case len(out) == 0 || out[len(out)-1] != "  ...":
			out = append(out, "  ...")
		}
	}
	return out
}
