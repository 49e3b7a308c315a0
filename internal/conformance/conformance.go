// Package conformance compares what this project says of subgraphs with what others say of them. It is for tests
// only: nothing that ships imports it.
//
// A Set is a number of subgraphs. Mutate changes a set in one or two places, by a seed, so that the sets of the public
// collections become as many more as one likes; an Oracle asks another composer what it makes of them; Facts turns a
// schema into statements, so that two schemas can be compared whatever their order and layout.
package conformance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Subgraph is one subgraph of a set, as the public collections and the oracle write it.
type Subgraph struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	SDL  string `json:"sdl"`
}

// Set is what is composed in one go.
type Set struct {
	ID        string     `json:"id"`
	Subgraphs []Subgraph `json:"subgraphs"`
}

// longestLine is how long a row of a collection may be, in bytes.
const longestLine = 64 << 20

// ReadSets reads the sets of a file of JSON lines.
func ReadSets(path string) ([]Set, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read sets: %w", err)
	}
	defer file.Close()
	return readSets(file)
}

func readSets(r io.Reader) ([]Set, error) {
	var out []Set
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var s Set
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("read sets: row %d: %w", len(out)+1, err)
		}
		out = append(out, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read sets: %w", err)
	}
	return out, nil
}
