package composition

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Code names the rule that was broken. The names are those of Apollo's composition, so that what people know
// and have written about an error holds here too.
type Code string

// The codes, in the order in which the stages of composition can raise them.
const (
	InvalidGraphQL       Code = "INVALID_GRAPHQL"
	InvalidSubgraphName  Code = "INVALID_SUBGRAPH_NAME"
	DirectiveDefInvalid  Code = "DIRECTIVE_DEFINITION_INVALID"
	TypeDefInvalid       Code = "TYPE_DEFINITION_INVALID"
	UnknownFedVersion    Code = "UNKNOWN_FEDERATION_LINK_VERSION"
	UnknownLinkVersion   Code = "UNKNOWN_LINK_VERSION"
	InvalidLinkUsage     Code = "INVALID_LINK_DIRECTIVE_USAGE"
	InvalidLinkID        Code = "INVALID_LINK_IDENTIFIER"
	RootQueryUsed        Code = "ROOT_QUERY_USED"
	RootMutationUsed     Code = "ROOT_MUTATION_USED"
	RootSubscriptionUsed Code = "ROOT_SUBSCRIPTION_USED"

	KeyInvalidFields     Code = "KEY_INVALID_FIELDS"
	KeyInvalidFieldsType Code = "KEY_INVALID_FIELDS_TYPE"
	KeyFieldsHasArgs     Code = "KEY_FIELDS_HAS_ARGS"
	KeyFieldsSelectType  Code = "KEY_FIELDS_SELECT_INVALID_TYPE"
	KeyDirectiveInFields Code = "KEY_DIRECTIVE_IN_FIELDS_ARG"
	KeyOnInterface       Code = "KEY_UNSUPPORTED_ON_INTERFACE"

	RequiresInvalidFields     Code = "REQUIRES_INVALID_FIELDS"
	RequiresInvalidFieldsType Code = "REQUIRES_INVALID_FIELDS_TYPE"
	RequiresMissingExternal   Code = "REQUIRES_FIELDS_MISSING_EXTERNAL"
	RequiresDirectiveInFields Code = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG"
	RequiresOnInterface       Code = "REQUIRES_UNSUPPORTED_ON_INTERFACE"

	ProvidesInvalidFields     Code = "PROVIDES_INVALID_FIELDS"
	ProvidesInvalidFieldsType Code = "PROVIDES_INVALID_FIELDS_TYPE"
	ProvidesFieldsHasArgs     Code = "PROVIDES_FIELDS_HAS_ARGS"
	ProvidesMissingExternal   Code = "PROVIDES_FIELDS_MISSING_EXTERNAL"
	ProvidesDirectiveInFields Code = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG"
	ProvidesOnInterface       Code = "PROVIDES_UNSUPPORTED_ON_INTERFACE"
	ProvidesOnNonObject       Code = "PROVIDES_ON_NON_OBJECT_FIELD"

	ExternalUnused               Code = "EXTERNAL_UNUSED"
	ExternalOnInterface          Code = "EXTERNAL_ON_INTERFACE"
	ExternalCollision            Code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
	TypeOnlyUnusedExternal       Code = "TYPE_WITH_ONLY_UNUSED_EXTERNAL"
	ExternalMissingOnBase        Code = "EXTERNAL_MISSING_ON_BASE"
	ExternalTypeMismatch         Code = "EXTERNAL_TYPE_MISMATCH"
	ExternalArgMissing           Code = "EXTERNAL_ARGUMENT_MISSING"
	ExternalArgTypeMismatch      Code = "EXTERNAL_ARGUMENT_TYPE_MISMATCH"
	ExternalArgDefaultMismatch   Code = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"
	MergedDirectiveOnExternal    Code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
	InvalidShareableUsage        Code = "INVALID_SHAREABLE_USAGE"
	InterfaceObjectUsage         Code = "INTERFACE_OBJECT_USAGE_ERROR"
	InterfaceKeyNotOnImpl        Code = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"
	InterfaceKeyMissingImplType  Code = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"
	ExtensionWithNoBase          Code = "EXTENSION_WITH_NO_BASE"
	ContextNotSet                Code = "CONTEXT_NOT_SET"
	ContextInvalidSelection      Code = "CONTEXT_INVALID_SELECTION"
	NoContextInSelection         Code = "NO_CONTEXT_IN_SELECTION"
	ContextNoResolvableKey       Code = "CONTEXT_NO_RESOLVABLE_KEY"
	ContextNameInvalid           Code = "CONTEXT_NAME_INVALID"
	ContextualArgNotInAll        Code = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
	CostOnInterfaceField         Code = "COST_APPLIED_TO_INTERFACE_FIELD"
	ListSizeOnNonList            Code = "LIST_SIZE_APPLIED_TO_NON_LIST"
	ListSizeInvalidAssumedSize   Code = "LIST_SIZE_INVALID_ASSUMED_SIZE"
	ListSizeInvalidSlicing       Code = "LIST_SIZE_INVALID_SLICING_ARGUMENT"
	ListSizeInvalidSizedField    Code = "LIST_SIZE_INVALID_SIZED_FIELD"
	LinkImportNameMismatch       Code = "LINK_IMPORT_NAME_MISMATCH"
	DirectiveCompositionError    Code = "DIRECTIVE_COMPOSITION_ERROR"
	TypeKindMismatch             Code = "TYPE_KIND_MISMATCH"
	FieldTypeMismatch            Code = "FIELD_TYPE_MISMATCH"
	FieldArgTypeMismatch         Code = "FIELD_ARGUMENT_TYPE_MISMATCH"
	FieldArgDefaultMismatch      Code = "FIELD_ARGUMENT_DEFAULT_MISMATCH"
	InputFieldDefaultMismatch    Code = "INPUT_FIELD_DEFAULT_MISMATCH"
	RequiredArgMissing           Code = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
	RequiredInputFieldMissing    Code = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
	EmptyMergedInput             Code = "EMPTY_MERGED_INPUT_TYPE"
	EmptyMergedEnum              Code = "EMPTY_MERGED_ENUM_TYPE"
	EnumValueMismatch            Code = "ENUM_VALUE_MISMATCH"
	InvalidFieldSharing          Code = "INVALID_FIELD_SHARING"
	OverrideFromSelf             Code = "OVERRIDE_FROM_SELF_ERROR"
	OverrideSourceHasOverride    Code = "OVERRIDE_SOURCE_HAS_OVERRIDE"
	OverrideCollision            Code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
	OverrideOnInterface          Code = "OVERRIDE_ON_INTERFACE"
	OverrideLabelInvalid         Code = "OVERRIDE_LABEL_INVALID"
	InterfaceFieldNoImpl         Code = "INTERFACE_FIELD_NO_IMPLEM"
	MaxValidationPaths           Code = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"
	ShareableRuntimeTypes        Code = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
	NoQueries                    Code = "NO_QUERIES"
	Satisfiability               Code = "SATISFIABILITY_ERROR"
	QueryRootInaccessible        Code = "QUERY_ROOT_TYPE_INACCESSIBLE"
	ReferencedInaccessible       Code = "REFERENCED_INACCESSIBLE"
	DefaultUsesInaccessible      Code = "DEFAULT_VALUE_USES_INACCESSIBLE"
	RequiredInaccessible         Code = "REQUIRED_INACCESSIBLE"
	ImplementedByInaccessible    Code = "IMPLEMENTED_BY_INACCESSIBLE"
	OnlyInaccessibleChildren     Code = "ONLY_INACCESSIBLE_CHILDREN"
	DisallowedInaccessible       Code = "DISALLOWED_INACCESSIBLE"
	MissingTransitiveAuthRequire Code = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"
	AuthOnInterfaceObject        Code = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"
)

// Error is one broken rule, where it was broken and what to change.
type Error struct {
	Code    Code
	Message string
	// Subgraph is "" where the error is about several subgraphs at once.
	Subgraph string
	// File is the subgraph's own; Line and Column start at 1 and are 0 where there is no one place.
	File         string
	Line, Column int
}

// Error is the message with its place and code, on one line for most rules.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" && e.Line > 0 {
		fmt.Fprintf(&b, "%s:%d:%d: ", e.File, e.Line, e.Column)
	} else if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d: ", e.Line, e.Column)
	}
	if e.Subgraph != "" {
		fmt.Fprintf(&b, "[%s] ", e.Subgraph)
	}
	fmt.Fprintf(&b, "%s: %s", e.Code, e.Message)
	return b.String()
}

// Errors are all the rules that the subgraphs break, in the order of the subgraphs and of the stages.
type Errors []*Error

// Error is one line an error.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// asError keeps an empty list from becoming a non-nil error.
func (es Errors) asError() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// Unwrap gives errors.As its single errors.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// Hint is advice on a graph that composes: what is inconsistent, lossy, or can be removed.
type Hint struct {
	Code, Message string
	// Coordinate is the type, Type.field or Type.field(arg:) that it is about.
	Coordinate string
}

// String is the hint as a line for a terminal.
func (h Hint) String() string { return "HINT " + h.Code + ": " + h.Message }

// errorAt is an error at a place in a subgraph; pos may be nil.
func (s *schema) errorAt(code Code, pos *ast.Position, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...), Subgraph: s.Name, File: s.File}
	if pos != nil {
		e.Line, e.Column = pos.Line, pos.Column
	}
	return e
}
