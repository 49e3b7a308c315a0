package cost

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ficusgraph/ficus/engine/operation"
)

// Of is the estimate with a request's variables, up to Max. The error names a field for which not exactly one of
// the arguments is given that say how long its list is.
func (e *Estimate) Of(values operation.Values) (int, error) {
	v := evaluation{values: values}
	total := plus(e.base, v.sum(e.fields))
	return max(total, 0), v.err
}

// evaluation is one use of a formula.
type evaluation struct {
	values operation.Values
	err    error
}

func (v *evaluation) sum(list []*node) int {
	total := 0
	for _, n := range list {
		total = plus(total, v.node(n))
	}
	return total
}

func (v *evaluation) node(n *node) int {
	each := plus(n.weight, v.sum(n.fields))
	dearest := 0
	for _, r := range n.rivals {
		dearest = max(dearest, v.node(r))
	}
	each = plus(each, dearest)
	for _, s := range n.sizes {
		each = times(v.size(s), each)
	}
	for _, a := range n.arguments {
		if v.has(a.value) {
			each = plus(each, plus(a.weight, v.within(a, a.value, a.typ)))
		}
	}
	return each
}

// size is the largest that an argument says, else what is assumed.
func (v *evaluation) size(s size) int {
	found, largest := 0, 0
	for _, value := range s.given {
		text := value.Raw
		if value.Kind == ast.Variable {
			text = string(v.values.Get(value.Raw))
		}
		if n, err := strconv.Atoi(text); err == nil {
			found, largest = found+1, max(largest, n)
		}
	}
	if s.one && found != 1 && v.err == nil {
		v.err = fmt.Errorf("%s takes exactly one of the arguments %s, which say how long its list is; %d are given", s.of, strings.Join(s.args, ", "), found)
	}
	if found == 0 {
		return s.assumed
	}
	return largest
}

// has reports whether the value is there.
func (v *evaluation) has(value *ast.Value) bool {
	if value.Kind != ast.Variable {
		return value.Kind != ast.NullValue
	}
	text := v.values.Get(value.Raw)
	return text != nil && string(text) != "null"
}

// plus adds, within the bounds.
func plus(a, b int) int { return min(max(a+b, -Max), Max) }

// times multiplies, within the bounds.
func times(a, b int) int {
	if a != 0 && (b > Max/a || b < -Max/a) {
		if b < 0 {
			return -Max
		}
		return Max
	}
	return a * b
}
