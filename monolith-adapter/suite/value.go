package suite

import (
	"fmt"
	"math"
	"strconv"

	"github.com/goccy/go-yaml"

	"github.com/ficusgraph/ficus/monolith-adapter/mapping"
)

// valueOf is a value of YAML as mappings read it, in its order.
func valueOf(v any) (mapping.Value, error) {
	switch v := v.(type) {
	case nil:
		return mapping.NullValue(), nil
	case bool:
		return mapping.BoolValue(v), nil
	case string:
		return mapping.StringValue(v), nil
	case int:
		return mapping.IntValue(int64(v)), nil
	case int64:
		return mapping.IntValue(v), nil
	case uint64:
		return mapping.NumberValue(strconv.FormatUint(v, 10)), nil
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return mapping.Value{}, fmt.Errorf("%v is no number of JSON", v)
		}
		return mapping.NumberValue(strconv.FormatFloat(v, 'g', -1, 64)), nil
	case []any:
		elems := make([]mapping.Value, len(v))
		for i := range v {
			var err error
			if elems[i], err = valueOf(v[i]); err != nil {
				return mapping.Value{}, err
			}
		}
		return mapping.ListValue(elems), nil
	case yaml.MapSlice:
		keys, vals := make([]string, len(v)), make([]mapping.Value, len(v))
		for i, item := range v {
			var err error
			if vals[i], err = valueOf(item.Value); err != nil {
				return mapping.Value{}, err
			}
			keys[i] = fmt.Sprint(item.Key)
		}
		return mapping.ObjectValue(keys, vals), nil
	}
	return mapping.Value{}, fmt.Errorf("%v (%T) has no place in JSON; quote it", v, v)
}

// objectOf is an object, or missing if there is none.
func objectOf(v any) (mapping.Value, error) {
	if v == nil {
		return mapping.Value{}, nil
	}
	out, err := valueOf(v)
	if err == nil && out.Kind() != mapping.Object {
		err = fmt.Errorf("must be a mapping of names to values, not %s", out.Kind())
	}
	return out, err
}

// equal reports whether two values are the same JSON: the order of members does not count, nor how a number is written.
func equal(a, b mapping.Value) bool {
	switch {
	case a.Kind() != b.Kind():
		return false
	case a.Kind() == mapping.Number:
		return sameNumber(a, b)
	case a.IsScalar():
		return a.Text() == b.Text()
	case a.Len() != b.Len():
		return false
	}
	for i := range a.Len() {
		same := a.Kind() == mapping.List && equal(a.At(i), b.At(i)) || a.Kind() == mapping.Object && equal(a.At(i), b.Get(a.Key(i)))
		if !same {
			return false
		}
	}
	return true
}

// sameNumber compares whole numbers exactly, as ids are longer than a float's digits.
func sameNumber(a, b mapping.Value) bool {
	if a.Text() == b.Text() {
		return true
	}
	x, whole := a.Int()
	y, too := b.Int()
	if whole || too {
		return whole && too && x == y
	}
	f, okA := a.Float()
	g, okB := b.Float()
	return okA && okB && f == g && (f != math.Trunc(f) || math.Abs(f) < 1<<53)
}
