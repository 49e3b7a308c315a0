package nearest_test

import (
	"testing"

	"github.com/ficusgraph/ficus/nearest"
)

func TestTo(t *testing.T) {
	names := []string{"Product", "Products", "Price"}
	for word, want := range map[string]string{
		"Prodcut": "Product", "products": "Products", "PRICE": "Price", "Pro": "", "x": "", "": "", "Cart": "",
	} {
		if got := nearest.To(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
