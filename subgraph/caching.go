package subgraph

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// CacheControl merges the Cache-Control of all answers that a response is made of, and sends it to the client.
type CacheControl struct {
	// Enabled is false by default: then no Cache-Control of a source goes back.
	Enabled bool `yaml:"enabled"`
	// Default is what the answer of a source counts as that has no Cache-Control; no-store by default.
	Default string `yaml:"default"`
	// Subgraphs is that for the subgraphs named.
	Subgraphs map[string]string `yaml:"subgraphs"`
}

func (c CacheControl) validate() error {
	errs := []error{validCaching("headers.cache_control.default", c.Default)}
	for _, name := range slices.Sorted(maps.Keys(c.Subgraphs)) {
		errs = append(errs, validCaching("headers.cache_control.subgraphs."+name, c.Subgraphs[name]))
	}
	return flatten(errs)
}

// directives are those that may be written in a configuration.
var directives = []string{"max-age", "must-revalidate", "no-cache", "no-store", "private", "public", "s-maxage"}

func validCaching(key, text string) error {
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if text != "" && !slices.Contains(directives, strings.ToLower(name)) {
			return fmt.Errorf("%s: %q is none of %s", key, name, strings.Join(directives, ", "))
		}
		if _, err := strconv.ParseUint(value, 10, 31); err != nil && (name == "max-age" || name == "s-maxage") {
			return fmt.Errorf("%s: %s wants seconds, such as %s=60", key, name, name)
		}
	}
	return nil
}

// of is what an answer of a subgraph counts as that says nothing.
func (c CacheControl) of(subgraph string) caching {
	text := c.Default
	if own, ok := c.Subgraphs[subgraph]; ok {
		text = own
	}
	if text == "" {
		return caching{noStore: true}
	}
	return readCaching([]string{text}, "")
}

// caching is what Cache-Control says of one answer, or of several.
// https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2
type caching struct {
	noStore, noCache, private, public, mustRevalidate bool
	// unbounded: nothing says how long, as nothing was asked yet.
	unbounded bool
	// maxAge and shared are seconds, for any cache and for one that many use.
	maxAge, shared uint64
}

// readCaching reads the header of an answer that has that age. What is not understood makes nothing last longer.
func readCaching(lines []string, age string) caching {
	var c caching
	var shared bool
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			switch strings.ToLower(name) {
			case "no-store":
				c.noStore = true
			case "no-cache":
				c.noCache = true
			case "private":
				c.private = true
			case "public":
				c.public = true
			case "must-revalidate", "proxy-revalidate":
				c.mustRevalidate = true
			case "max-age":
				c.maxAge = seconds(value)
			case "s-maxage":
				c.shared, shared = seconds(value), true
			}
		}
	}
	if !shared {
		c.shared = c.maxAge
	}
	passed := seconds(age)
	c.maxAge, c.shared = c.maxAge-min(passed, c.maxAge), c.shared-min(passed, c.shared)
	return c
}

// seconds is 0 for what is no number.
func seconds(text string) uint64 {
	n, err := strconv.ParseUint(strings.Trim(text, `" `), 10, 31)
	if err != nil {
		return 0
	}
	return n
}

// and is what holds for both: the stricter of each.
func (c caching) and(o caching) caching {
	if !c.unbounded {
		o.maxAge, o.shared = min(c.maxAge, o.maxAge), min(c.shared, o.shared)
	}
	return caching{
		noStore: c.noStore || o.noStore, noCache: c.noCache || o.noCache, private: c.private || o.private,
		public: c.public && o.public, mustRevalidate: c.mustRevalidate || o.mustRevalidate,
		maxAge: o.maxAge, shared: o.shared,
	}
}

// String is the header's value.
func (c caching) String() string {
	if c.noStore || c.unbounded {
		return "no-store"
	}
	var out []string
	add := func(is bool, text string) {
		if is {
			out = append(out, text)
		}
	}
	add(c.private, "private")
	add(c.public && !c.private, "public")
	add(c.noCache, "no-cache")
	add(!c.noCache, "max-age="+strconv.FormatUint(c.maxAge, 10))
	add(!c.noCache && !c.private && c.shared != c.maxAge, "s-maxage="+strconv.FormatUint(c.shared, 10))
	add(c.mustRevalidate, "must-revalidate")
	return strings.Join(out, ", ")
}
