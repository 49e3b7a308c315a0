// Package nearest finds what somebody may have meant who wrote a name that is not there.
package nearest

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// To is the first of the names that is most like the word, by the letters that would have to change, whatever their case;
// "" if more than half of them would.
func To(word string, names []string) string {
	best, distance := "", len(word)/2+1
	for _, name := range names {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	return best
}
