package operation

import (
	"bytes"
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

func (c *coercion) enum(json []byte, def *ast.Definition) ([]byte, bool) {
	if json[0] != '"' {
		c.invalid(json, `Enum "%s" cannot represent non-string value: %s.`, def.Name, shorten(json))
		return nil, false
	}
	name := unquote(json)
	for _, v := range def.EnumValues {
		if v.Name == string(name) {
			return json, false
		}
	}
	c.invalid(json, `Value %s does not exist in "%s" enum.`, shorten(json), def.Name)
	return nil, false
}

func (c *coercion) scalar(json []byte, name string) ([]byte, bool) {
	isNumber := json[0] == '-' || json[0] >= '0' && json[0] <= '9'
	switch name {
	case "Int":
		return c.integer(json, isNumber)
	case "Float":
		if f, err := strconv.ParseFloat(string(json), 64); !isNumber || err != nil || math.IsInf(f, 0) {
			c.invalid(json, "Float cannot represent non numeric value: %s", shorten(json))
		}
	case "String":
		if json[0] != '"' {
			c.invalid(json, "String cannot represent a non string value: %s", shorten(json))
		}
	case "Boolean":
		if json[0] != 't' && json[0] != 'f' {
			c.invalid(json, "Boolean cannot represent a non boolean value: %s", shorten(json))
		}
	case "ID":
		if json[0] == '"' {
			return json, false
		}
		if digits, ok := whole(json, isNumber); ok {
			return append(append(append(make([]byte, 0, len(digits)+2), '"'), digits...), '"'), true
		}
		c.invalid(json, "ID cannot represent value: %s", shorten(json))
	}
	return json, false
}

// integer accepts what JSON has for a whole number of 32 bits, as 1.0 and 1e3, and writes it with digits only.
func (c *coercion) integer(json []byte, isNumber bool) ([]byte, bool) {
	digits, ok := whole(json, isNumber)
	if !ok {
		c.invalid(json, "Int cannot represent non-integer value: %s", shorten(json))
		return nil, false
	}
	if len(digits) > len("-2147483648") || outside(digits) {
		c.invalid(json, "Int cannot represent non 32-bit signed integer value: %s", shorten(json))
		return nil, false
	}
	return digits, !bytes.Equal(digits, json)
}

func outside(digits []byte) bool {
	_, err := strconv.ParseInt(string(digits), 10, 32)
	return err != nil
}

// whole is the number with digits only, the input itself where it is that.
func whole(json []byte, isNumber bool) ([]byte, bool) {
	if !isNumber {
		return nil, false
	}
	if !bytes.ContainsAny(json, ".eE") {
		if string(json) == "-0" {
			return json[1:], true
		}
		return json, true
	}
	f, err := strconv.ParseFloat(string(json), 64)
	if err != nil || f != math.Trunc(f) {
		return nil, false
	}
	if f == 0 {
		return []byte("0"), true
	}
	if math.Abs(f) >= 1e21 {
		return strconv.AppendFloat(nil, f, 'e', -1, 64), true
	}
	return strconv.AppendFloat(nil, f, 'f', 0, 64), true
}
