package composition

// contextArg is an argument that the gateway fills from an ancestor (@fromContext).
type contextArg struct {
	arg     *inputDef
	context string
	// text is the selection after the context's name, in the subgraph's own words.
	text string
	// sel is the selection by the name of the type that sets the context.
	sel map[string]selection
}

func (f *fieldDef) isContextual(a *inputDef) bool { return a.has(dFromContext) }

// enumContext is the prefix of this subgraph's contexts in the supergraph.
func (s *schema) enumContext() string { return s.Name }

// checkContexts gathers the @fromContext arguments.
func (s *schema) checkContexts() Errors { return nil }

// checkContextual: an argument is filled by the gateway everywhere, or can be left out where it is not.
func (m *merger) checkContextual(coord string, contextual, with, required []string, sources []inputSource) {
	if len(with) == 0 {
		return
	}
	if len(required) > 0 {
		m.fail(ContextualArgNotInAll, place{sources[0].schema, sources[0].pos}, "Argument %q is contextual in at least one subgraph but in %s it does not have @fromContext, is not nullable and has no default value.", coord, inSubgraphs(required))
		return
	}
	m.hint("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", coord, "Contextual argument %q will not be included in the supergraph since it is contextual in at least one subgraph", coord)
}
