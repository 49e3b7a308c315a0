package rollout_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ficusgraph/ficus/rollout"
)

func TestAWrongAnalysisIsNamed(t *testing.T) {
	for _, test := range []struct {
		name     string
		analysis *rollout.Analysis
		schedule *rollout.Schedule
		want     string
	}{
		{"defaults", &rollout.Analysis{}, &rollout.Schedule{Every: time.Hour}, ""},
		{"a window", &rollout.Analysis{Window: time.Millisecond}, nil, "analysis.window: 1ms is not between"},
		{"a minimum", &rollout.Analysis{Minimum: -1}, nil, "analysis.minimum: -1"},
		{"a percentage", &rollout.Analysis{ErrorRate: rollout.ErrorRule{AboveOld: ptr(101)}}, nil, "analysis.error_rate.above_old: 101"},
		{"times", &rollout.Analysis{P99: rollout.LatencyRule{TimesOld: ptr(.5)}}, nil, "analysis.p99.times_old: 0.5"},
		{"no bound", &rollout.Analysis{P99: rollout.LatencyRule{TimesOld: ptr(0)}}, nil, ""},
		{"nothing judges", nil, &rollout.Schedule{Every: time.Hour}, "schedule: needs analysis"},
		{"too often", &rollout.Analysis{}, &rollout.Schedule{}, "schedule.every: 0s"},
		{"a time", &rollout.Analysis{}, &rollout.Schedule{Every: time.Hour, From: "9"}, `schedule.from: "9" is not a time of day`},
		{"backwards", &rollout.Analysis{}, &rollout.Schedule{Every: time.Hour, From: "17:00", To: "09:00"}, "schedule.to: 09:00 is not after 17:00"},
		{"a day", &rollout.Analysis{}, &rollout.Schedule{Every: time.Hour, Days: []string{"monday"}}, `schedule.days[0]: "monday" is not a day`},
		{"a zone", &rollout.Analysis{}, &rollout.Schedule{Every: time.Hour, Zone: "Atlantis"}, "schedule.zone: unknown time zone Atlantis"},
		{"until", &rollout.Analysis{}, &rollout.Schedule{Every: time.Hour, Until: ptr(0)}, "schedule.until: 0"},
	} {
		m := *health
		m.Analysis, m.Schedule = test.analysis, test.schedule
		err := m.Validate()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
