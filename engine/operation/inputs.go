package operation

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// checkInputs holds the values that are written in the document against the limits of values: how long lists are,
// and how deep they nest.
func checkInputs(doc *ast.QueryDocument, b *bounds) ([]Excess, Errors) {
	if b.configured.MaxInputListSize == 0 && b.configured.MaxInputDepth == 0 {
		return nil, nil
	}
	c := &inputCheck{bounds: b, longest: reading{key: "max_input_list_size"}, deepest: reading{key: "max_input_depth"}}
	EachValue(doc, func(v *ast.Value) { c.value(v, 1) })
	return b.judge(c.longest, c.deepest)
}

// inputCheck measures the values of one document.
type inputCheck struct {
	bounds           *bounds
	longest, deepest reading
}

// value measures a value whose lists and objects are at that depth.
func (c *inputCheck) value(v *ast.Value, depth int) {
	if v == nil || v.Kind != ast.ListValue && v.Kind != ast.ObjectValue {
		return
	}
	c.deepest.rise(depth, c.bounds.configured.MaxInputDepth, v.Position)
	if v.Kind == ast.ListValue {
		c.longest.rise(len(v.Children), c.bounds.configured.MaxInputListSize, v.Position)
	}
	for _, child := range v.Children {
		c.value(child.Value, depth+1)
	}
}

// extent is how long the lists of variables are, and how deep their values nest.
type extent struct{ longest, deepest int }

// judge holds the extent of one request's variables against the limits.
func (b *bounds) judgeExtent(e extent) ([]Excess, Errors) {
	if !passes(e.longest, b.configured.MaxInputListSize) && !passes(e.deepest, b.configured.MaxInputDepth) {
		return nil, nil
	}
	return b.judge(reading{key: "max_input_list_size", actual: e.longest}, reading{key: "max_input_depth", actual: e.deepest})
}

func passes(n, limit int) bool { return limit > 0 && n > limit }
