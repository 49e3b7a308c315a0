package resolvers

import "github.com/ficusgraph/ficus/graph/model"

// terms is what a plan includes; nil means without limit.
type terms struct {
	sites, members *int
}

// termsOf says what the plans include. A plan that is not known includes nothing: a wrong bill is worse than
// a complaint.
func termsOf(p model.Plan) terms {
	switch p {
	case model.PlanFree:
		return terms{sites: new(2), members: new(3)}
	case model.PlanPerformance:
		return terms{sites: new(10), members: new(25)}
	case model.PlanElite:
		return terms{}
	}
	return terms{sites: new(0), members: new(0)}
}

func allowance(u *model.Usage) *model.Allowance {
	t := termsOf(u.Plan)
	return &model.Allowance{
		SitesUsed:       u.Sites,
		SitesIncluded:   t.sites,
		MembersUsed:     u.Members,
		MembersIncluded: t.members,
	}
}
