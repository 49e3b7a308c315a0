package composition_test

import (
	"bufio"
	"encoding/json"
	"github.com/ficusgraph/ficus/engine/composition"
	"os"
	"testing"
)

func TestZZDump(t *testing.T) {
	f, err := os.Open(os.Getenv("FICUS_VERDICTS"))
	if err != nil {
		t.Skip()
	}
	out, _ := os.Create(os.Getenv("FICUS_DUMP"))
	defer out.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		var v verdict
		json.Unmarshal(sc.Bytes(), &v)
		r, err := composition.Compose(v.input())
		if err != nil {
			continue
		}
		b, _ := json.Marshal(map[string]any{"id": v.ID, "supergraphSdl": r.SupergraphSDL, "api": r.APISchemaSDL, "hints": r.Hints})
		out.Write(append(b, '\n'))
	}
}
