//go:build !race

package operation_test

const slowdown = 1
