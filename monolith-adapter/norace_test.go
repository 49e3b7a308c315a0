//go:build !race

package monolith_test

const slowdown = 1
