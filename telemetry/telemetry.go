// Package telemetry is what operators see of a running gateway: its log, its metrics and its traces. It knows nothing of
// the rest of the house; whoever has something to report calls a method here, through an interface of its own.
//
//	Logger   structured lines, text or JSON                       (log.go)
//	Metrics  counters and histograms for Prometheus to scrape     (metrics.go, fetches.go, connectors.go,
//	                                                             caches.go, reloads.go, spans.go)
//	Tracer   spans of requests, sent to a collector              (tracing.go, tracer.go, environment.go, traceid.go;
//	                                                             packages trace and otlp)
//
// Reporting must cost next to nothing: every series that a request touches was looked up before, so that
// reporting is a few atomic additions and no hashing of labels. No label takes a value that a client chooses:
// the number of series is bounded by the graph and the code.
package telemetry

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Config says what is reported; its zero value is the default.
type Config struct {
	// Log is the log.
	Log Log `yaml:"log"`
	// Exporters is where traces go.
	Exporters Exporters `yaml:"exporters"`
	// Instrumentation is what else is recorded.
	Instrumentation Instrumentation `yaml:"instrumentation"`
}

// Log says what the log holds and how it is written.
type Log struct {
	// Level is debug, info (the default), warn or error.
	Level string `yaml:"level"`
	// Format is text (the default) or json.
	Format string `yaml:"format"`
}

// levels and formats by their names in the configuration.
var (
	levels = map[string]slog.Level{
		"": slog.LevelInfo, "debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	formats = map[string]bool{"": true, "text": true, "json": true}
)

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	if _, ok := levels[strings.ToLower(c.Log.Level)]; !ok {
		errs = append(errs, fmt.Errorf("telemetry.log.level: %q is not a level; write debug, info, warn or error", c.Log.Level))
	}
	if !formats[strings.ToLower(c.Log.Format)] {
		errs = append(errs, fmt.Errorf("telemetry.log.format: %q is not a format; write text or json", c.Log.Format))
	}
	errs = append(errs, c.Exporters.Tracing.validate()...)
	return errors.Join(errs...)
}

// Logger is a logger that writes as the configuration says. It must have been validated.
func Logger(c Log, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: levels[strings.ToLower(c.Level)]}
	if strings.EqualFold(c.Format, "json") {
		return slog.New(traced{slog.NewJSONHandler(w, options)})
	}
	return slog.New(traced{slog.NewTextHandler(w, options)})
}
