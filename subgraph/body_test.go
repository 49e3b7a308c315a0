package subgraph_test

import (
	"io"
	"testing"

	"github.com/ficusgraph/ficus/subgraph"
)

func TestTheBodyIsNotReadAfterFetch(t *testing.T) {
	data := []byte("0123456789")
	body, again, detach := subgraph.Upload(data)
	part := make([]byte, 4)
	if n, err := body.Read(part); n != 4 || err != nil || string(part) != "0123" {
		t.Fatalf("%d %v %s", n, err, part)
	}
	second, err := again()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(second)
	if string(whole) != "0123456789" || err != nil {
		t.Fatalf("repeated as %q, %v", whole, err)
	}
	detach()
	for _, b := range []io.Reader{body, second} {
		if n, err := b.Read(part); n != 0 || err == nil || err == io.EOF {
			t.Errorf("read %d bytes after the fetch had ended: %v", n, err)
		}
	}
}

func TestBuffersHoldWhatTheyAreFor(t *testing.T) {
	last, lastHolds := -1, 0
	for size := 1; size <= 4<<20; size += 1 + size/1000 {
		number, holds := subgraph.Class(size)
		if holds < size || size > 4<<10 && holds > size+size/4 {
			t.Fatalf("%d bytes are held by a buffer of %d", size, holds)
		}
		if number < last || number > last+1 || (number == last) != (holds == lastHolds) {
			t.Fatalf("%d bytes are of class %d with %d, those before of class %d with %d", size, number, holds, last, lastHolds)
		}
		if again, _ := subgraph.Class(holds); again != number {
			t.Fatalf("a buffer of class %d goes back to class %d", number, again)
		}
		last, lastHolds = number, holds
	}
}
