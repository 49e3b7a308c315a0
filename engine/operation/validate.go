package operation

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const (
	// maxVisits bounds how many selections the validator visits: it walks each fragment anew from each
	// operation and fragment that reaches it.
	maxVisits = 200_000
	// maxSuggested is how many errors may be told with suggestions, each of which compares a name with all others.
	maxSuggested = 10
	// maxErrors is how many errors are reported, maxFound how many are looked at before equal ones are dropped.
	maxErrors = 100
	maxFound  = 1_000
)

// validate holds the document against the schema: gqlparser's rules, with our own where its verdict differs
// from graphql-js's, or where its cost grows faster than the document.
// https://spec.graphql.org/October2021/#sec-Validation
func validate(api *ast.Schema, doc *ast.QueryDocument) Errors {
	if err := affordable(doc); err != nil {
		return Errors{err}
	}
	errs := check(api, doc, plainRules())
	if len(errs) > 0 && len(errs) <= maxSuggested {
		errs = check(api, doc, suggestingRules())
	}
	errs = slices.Concat(errs, checkLiterals(api, doc), checkSpreads(api, doc), checkSubscriptions(api, doc))
	if len(errs) == 0 {
		errs = checkOverlaps(api, doc)
	}
	if len(errs) > maxErrors {
		errs = append(errs[:maxErrors:maxErrors], &Error{
			Code: CodeValidation, Message: "Too many validation errors; the rest is not shown.",
		})
	}
	return errs
}

// check runs the rules; what is wrong in a fragment is found once for each way to it, and told once.
func check(api *ast.Schema, doc *ast.QueryDocument, list []validator.Rule) Errors {
	found := 0
	set := rules.NewRules()
	for _, rule := range list {
		set.AddRule(rule.Name, capped(rule.RuleFunc, &found))
	}
	var out Errors
	seen := map[string]bool{}
	for _, err := range validator.ValidateWithRules(api, doc, set) {
		key := fmt.Sprint(err.Message, err.Locations)
		if !seen[key] {
			seen[key] = true
			out = append(out, fromParser(CodeValidation, "", err))
		}
	}
	return out
}

// capped is the rule, silent once enough was found.
func capped(rule validator.RuleFunc, found *int) validator.RuleFunc {
	return func(observers *validator.Events, add validator.AddErrFunc) {
		rule(observers, func(options ...validator.ErrorOption) {
			if *found++; *found <= maxFound {
				add(options...)
			}
		})
	}
}

// plainRules are the rules that need no more than the document to say what is wrong.
func plainRules() []validator.Rule {
	return append(commonRules(),
		rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ScalarLeafsRuleWithoutSuggestions,
	)
}

// suggestingRules find the same and also say what may have been meant.
func suggestingRules() []validator.Rule {
	return append(commonRules(),
		rules.FieldsOnCorrectTypeRule,
		rules.KnownArgumentNamesRule,
		rules.KnownTypeNamesRule,
		rules.ScalarLeafsRule,
	)
}

func commonRules() []validator.Rule {
	return []validator.Rule{
		rules.FragmentsOnCompositeTypesRule,
		rules.KnownDirectivesRule,
		rules.KnownFragmentNamesRule,
		rules.LoneAnonymousOperationRule,
		rules.MaxIntrospectionDepth,
		rules.NoFragmentCyclesRule,
		rules.NoUndefinedVariablesRule,
		rules.NoUnusedFragmentsRule,
		rules.NoUnusedVariablesRule,
		rules.ProvidedRequiredArgumentsRule,
		rules.UniqueArgumentNamesRule,
		rules.UniqueDirectivesPerLocationRule,
		rules.UniqueFragmentNamesRule,
		rules.UniqueInputFieldNamesRule,
		rules.UniqueOperationNamesRule,
		rules.UniqueVariableNamesRule,
		rules.VariablesAreInputTypesRule,
		rules.VariablesInAllowedPositionRule,
	}
}

// affordable refuses a document whose fragments make the validator visit too much.
func affordable(doc *ast.QueryDocument) *Error {
	r := reach{fragments: map[string]fragmentCost{}, seen: map[string]int{}}
	for _, f := range doc.Fragments {
		if _, again := r.fragments[f.Name]; !again {
			r.fragments[f.Name] = costOf(f.SelectionSet)
		}
	}
	for _, op := range doc.Operations {
		r.from(costOf(op.SelectionSet))
	}
	for _, f := range doc.Fragments {
		r.from(costOf(f.SelectionSet))
	}
	if r.visits <= maxVisits {
		return nil
	}
	return &Error{
		Code:    CodeTooLarge,
		Message: fmt.Sprintf("The document's fragments lead to more than %d selections: split it into several requests.", maxVisits),
	}
}

// reach counts what is visited from one root after another.
type reach struct {
	fragments map[string]fragmentCost
	// seen is the last root from which a fragment was reached.
	seen         map[string]int
	root, visits int
}

// fragmentCost is what a selection set holds: its own nodes, and the fragments that it spreads.
type fragmentCost struct {
	nodes   int
	spreads []string
}

func (r *reach) from(c fragmentCost) {
	r.root++
	r.visit(c)
}

func (r *reach) visit(c fragmentCost) {
	r.visits += c.nodes
	for _, name := range c.spreads {
		if r.visits > maxVisits {
			return
		}
		if r.seen[name] != r.root {
			r.seen[name] = r.root
			r.visit(r.fragments[name])
		}
	}
}

func costOf(set ast.SelectionSet) fragmentCost {
	var c fragmentCost
	c.add(set)
	return c
}

func (c *fragmentCost) add(set ast.SelectionSet) {
	for _, s := range set {
		c.nodes++
		switch s := s.(type) {
		case *ast.Field:
			c.add(s.SelectionSet)
		case *ast.InlineFragment:
			c.add(s.SelectionSet)
		case *ast.FragmentSpread:
			c.spreads = append(c.spreads, s.Name)
		}
	}
}
