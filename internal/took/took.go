// Package took measures for tests how long something takes on machines that are busy with other things.
package took
