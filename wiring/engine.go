package wiring

import (
	"context"
	"log/slog"
	"time"

	"github.com/ficusgraph/ficus/auth"
	"github.com/ficusgraph/ficus/config"
	"github.com/ficusgraph/ficus/engine"
	"github.com/ficusgraph/ficus/engine/authorization"
	"github.com/ficusgraph/ficus/engine/operation"
	"github.com/ficusgraph/ficus/engine/supergraph"
	"github.com/ficusgraph/ficus/mocks"
	"github.com/ficusgraph/ficus/ratelimit"
	"github.com/ficusgraph/ficus/rollout"
	"github.com/ficusgraph/ficus/subgraph"
	"github.com/ficusgraph/ficus/telemetry"
)

// Engine is the engine's part of the configuration, joined to what is known of a request: the verified
// token, and who is kept on which side.
func Engine(cfg *config.Config, board *rollout.Board, made *mocks.Names, metrics *telemetry.Metrics, logger *slog.Logger) (engine.Config, error) {
	var seldom telemetry.Seldom
	policies, err := auth.NewPolicies(cfg.Authorization.Directives, func(policy string, err error) {
		if skipped, ok := seldom.Pass(policy, time.Now()); ok {
			logger.Warn("policy denied", slog.String("policy", policy), slog.Any("error", err), slog.Int("not_said", skipped))
		}
	})
	if err != nil {
		return engine.Config{}, err
	}
	out := cfg.Engine()
	if cfg.Connectors.DebugExtensions {
		out.Extensions = debugExtensions
		logger.Warn("connectors.debug_extensions is on: whoever asks for it sees what the monolith answers; switch it off where others than developers ask")
	}
	if made != nil {
		out.Extensions = out.Extensions.And(mocked(made))
	}
	if cfg.Traffic.Back() {
		out.Reply = replies(cfg.Traffic.Headers.CacheControl.Enabled)
	}
	if cfg.Traffic.Headers.ReadOperations() {
		out.Extensions = out.Extensions.And(asked)
	}
	out.Labels = func(ctx context.Context, list []string) []string {
		return decisionOf(ctx, board).Active(list)
	}
	out.Fallback = func(ctx context.Context, lost []string) []string {
		off := decisionOf(ctx, board).FallBack(lost)
		for _, l := range off {
			if name, ok := rollout.Of(l); ok {
				metrics.FellBack(name)
			}
		}
		return off
	}
	header, claim := cfg.DemandControl.Clients.Named()
	out.Client = func(ctx context.Context) string {
		in := subgraph.FromContext(ctx)
		if claim == "" {
			return in.Header.Get(header)
		}
		name, _ := in.Claim(claim)
		return name
	}
	out.Authorization.ByArguments = policies.ByArguments()
	out.Authorization.Access = func(ctx context.Context, about authorization.Asked) authorization.Access {
		return accessOf(ctx, policies, about)
	}
	return out, nil
}

// RateLimit holds an operation against the rate limits that need to know it.
func RateLimit(ctx context.Context, op engine.Executing) error {
	no := ratelimit.FromContext(ctx).Execute(ctx, op.Operation, string(op.Kind), op.Cost)
	if no == nil {
		return nil
	}
	return &operation.Error{
		Code: ratelimit.Code, Message: no.Error(), Excess: &operation.Excess{Limit: no.Key(), Max: no.Quota, Actual: no.Used},
	}
}

// Warn says what of the graph nothing decides.
func Warn(sg *supergraph.Supergraph, labels *rollout.Table, cfg *config.Config, logger *slog.Logger) {
	for _, name := range authorization.Policies(sg) {
		if d := cfg.Authorization.Directives; d.IsEnabled() && !d.Decides(name) {
			logger.Warn("a policy of the graph never holds: authorization.directives.policies does not have it", slog.String("policy", name))
		}
	}
	for _, label := range labels.Unknown(sg.Labels) {
		logger.Warn("an override label is never active: rollout.labels does not have it", slog.String("label", label))
	}
}
