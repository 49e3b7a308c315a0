package otlp_test

import (
	"testing"

	collectorv1 "go.opentelemetry.io/proto/slim/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/ficusgraph/ficus/telemetry/otlp"
)

// FuzzAnswer: what a collector answers is read as protobuf has it, and never past its end.
func FuzzAnswer(f *testing.F) {
	for _, n := range []int64{0, 1, 127, 128, 1 << 29} {
		whole, err := proto.Marshal(&collectorv1.ExportTraceServiceResponse{
			PartialSuccess: &collectorv1.ExportTracePartialSuccess{RejectedSpans: n, ErrorMessage: "too old"},
		})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(whole)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		have := otlp.Rejected(answer)
		if have < 0 {
			t.Errorf("%d", have)
		}
		// As it would be written: what has fields twice may be read in two ways.
		var r collectorv1.ExportTraceServiceResponse
		if (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(answer, &r) != nil {
			return
		}
		whole, err := proto.MarshalOptions{Deterministic: true}.Marshal(&r)
		if err != nil {
			t.Fatal(err)
		}
		if want := r.GetPartialSuccess().GetRejectedSpans(); want >= 0 && want <= 1<<30 && otlp.Rejected(whole) != int(want) {
			t.Errorf("%d, not %d, in % x", otlp.Rejected(whole), want, whole)
		}
	})
}
