package telemetry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ficusgraph/ficus/telemetry/otlp"
	"github.com/ficusgraph/ficus/telemetry/trace"
)

// environment reads OpenTelemetry's variables, and gathers what is wrong with them.
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
type environment struct {
	look func(string) (string, bool)
	errs []error
}

// get is the first variable that is set to something.
func (e *environment) get(names ...string) (name, value string) {
	for _, name := range names {
		if v, ok := e.look(name); ok && strings.TrimSpace(v) != "" {
			return name, strings.TrimSpace(v)
		}
	}
	return "", ""
}

func (e *environment) fault(name string, err error) {
	e.errs = append(e.errs, fmt.Errorf("the environment's %s: %w", name, err))
}

func (e *environment) flag(name string) bool {
	_, v := e.get(name)
	return strings.EqualFold(v, "true")
}

// number is the first given of a configured number, a variable, and a default.
func (e *environment) number(configured int, name string, otherwise int) int {
	if configured != 0 {
		return configured
	}
	name, v := e.get(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n <= 0 {
		e.fault(name, fmt.Errorf("%q is not a positive number", v))
		return otherwise
	}
	return n
}

// duration is the same of durations, which variables have in milliseconds.
func (e *environment) duration(configured time.Duration, name string, otherwise time.Duration) time.Duration {
	if configured != 0 {
		return configured
	}
	return time.Duration(e.number(0, name, int(otherwise/time.Millisecond))) * time.Millisecond
}

func (e *environment) batches(b BatchProcessor) otlp.Batches {
	out := otlp.Batches{
		Delay:   e.duration(b.ScheduledDelay, "OTEL_BSP_SCHEDULE_DELAY", 5*time.Second),
		Queue:   e.number(b.MaxQueueSize, "OTEL_BSP_MAX_QUEUE_SIZE", 16384),
		Size:    e.number(b.MaxExportBatchSize, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512),
		Timeout: e.duration(b.MaxExportTimeout, "OTEL_BSP_EXPORT_TIMEOUT", 30*time.Second),
	}
	out.Size = min(out.Size, out.Queue)
	return out
}

// sampler is which traces are recorded, and whether that is decided whatever the client did.
func (e *environment) sampler(c TraceCommon) (s trace.Sampler, ignoreParent bool) {
	ignoreParent = c.ParentBasedSampler != nil && !*c.ParentBasedSampler
	text := c.Sampler
	name, kind := e.get("OTEL_TRACES_SAMPLER")
	if text == "" && kind != "" {
		base, parentBased := strings.CutPrefix(kind, "parentbased_")
		if c.ParentBasedSampler == nil {
			ignoreParent = !parentBased
		}
		if text = base; base == "traceidratio" {
			if name, text = e.get("OTEL_TRACES_SAMPLER_ARG"); text == "" {
				text = "1"
			}
		}
	}
	s, err := sampler(text)
	if err != nil {
		e.fault(name, err)
	}
	return s, ignoreParent
}

// resource is who reports.
func (e *environment) resource(c TraceCommon, version string) []trace.Attribute {
	all := map[string]string{"service.name": "ficus"}
	set := func(key, v string) {
		if v != "" {
			all[key] = v
		}
	}
	set("service.version", version)
	if host, err := os.Hostname(); err == nil {
		set("host.name", host)
	}
	maps.Copy(all, c.Resource)
	set("service.name", c.ServiceName)
	set("service.namespace", c.ServiceNamespace)
	maps.Copy(all, e.pairs("OTEL_RESOURCE_ATTRIBUTES"))
	_, name := e.get("OTEL_SERVICE_NAME")
	set("service.name", name)
	var out []trace.Attribute
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if all[key] != "" {
			out = append(out, trace.Attribute{Key: key, Text: all[key]})
		}
	}
	return out
}

// pairs reads the first variable given as key=value,key=value, with values as in URLs.
func (e *environment) pairs(names ...string) map[string]string {
	out := map[string]string{}
	name, text := e.get(names...)
	for part := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		key, v, ok := strings.Cut(part, "=")
		value, err := url.PathUnescape(strings.TrimSpace(v))
		if key = strings.TrimSpace(key); !ok || key == "" || err != nil {
			e.fault(name, errors.New("is not a list of key=value, separated by commas"))
			return out
		}
		out[key] = value
	}
	return out
}

// collector is where spans go.
func (e *environment) collector(c OTLP) otlp.Collector {
	out := otlp.Collector{GRPC: e.grpc(c), Header: header(e.pairs("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"))}
	own := c.HTTP.Headers
	if out.GRPC {
		own = c.GRPC.Metadata
	}
	maps.Copy(out.Header, header(own))
	compression := c.Compression
	if compression == "" {
		_, compression = e.get("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION")
	}
	out.Gzip = compression == "gzip"
	out.URL = e.endpoint(c, out.GRPC)
	out.TLS = e.tls(c.GRPC)
	return out
}

func (e *environment) grpc(c OTLP) bool {
	name, v := "", c.Protocol
	if v == "" {
		name, v = e.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	}
	switch v {
	case "", "grpc":
		return true
	case "http", "http/protobuf":
		return false
	}
	e.fault(name, fmt.Errorf("%q %w", v, errProtocol))
	return true
}

// endpoint is the URL, for HTTP with its path: that of the variable for traces is taken as it is, all others are bases.
func (e *environment) endpoint(c OTLP, grpc bool) *url.URL {
	const path = "/v1/traces"
	name, text := "", c.Endpoint
	if text == "" || text == "default" {
		name, text = e.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
	}
	switch {
	case text == "" && grpc:
		text = "http://127.0.0.1:4317"
	case text == "":
		text = "http://127.0.0.1:4318"
	}
	u, err := endpoint(text)
	if err != nil {
		e.fault(name, err)
		return nil
	}
	if !grpc && name != "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" && !strings.HasSuffix(u.Path, path) {
		u.Path = strings.TrimSuffix(u.Path, "/") + path
	}
	return u
}

// tls is who is trusted, and who the gateway is; nil for the system's authorities and nobody in particular.
func (e *environment) tls(c OTLPGRPC) *tls.Config {
	ca := e.pem(c.CA, "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE")
	cert := e.pem(c.Cert, "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE")
	key := e.pem(c.Key, "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY")
	if ca == "" && cert == "" && key == "" && c.DomainName == "" {
		return nil
	}
	out := &tls.Config{ServerName: c.DomainName, MinVersion: tls.VersionTLS12}
	if ca != "" {
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM([]byte(ca)) {
			e.errs = append(e.errs, errors.New("otlp.grpc.ca holds no certificate in PEM"))
		}
	}
	if cert != "" || key != "" {
		pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
		if err != nil {
			e.errs = append(e.errs, fmt.Errorf("otlp.grpc.cert and key: %w", err))
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out
}

// pem is what is configured, or the file that a variable names.
func (e *environment) pem(configured string, names ...string) string {
	if configured != "" {
		return configured
	}
	name, file := e.get(names...)
	if file == "" {
		return ""
	}
	data, err := os.ReadFile(file)
	if err != nil {
		e.fault(name, err)
	}
	return string(data)
}
