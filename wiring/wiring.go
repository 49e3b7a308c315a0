// Package wiring joins rooms that do not know each other, a file each pair: what the engine is told of who asks, what
// operators see of the engine, how a changed graph comes to be served. It decides nothing and keeps nothing that a room
// could keep; server.go says in which order the joints are made.
package wiring
