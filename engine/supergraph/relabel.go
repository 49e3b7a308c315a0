package supergraph

import "slices"

// Override is what the graph says of a coordinate's progressive override.
type Override struct {
	// From and To are the subgraphs before and after; Label is the condition.
	From, To, Label string
}

// Overrides are those of a field that hold only where a label is active.
func (s *Supergraph) Overrides(f *Field) []Override {
	var out []Override
	for _, g := range s.Subgraphs {
		if in := f.In[g.ID]; in != nil && in.Override != "" && in.OverrideLabel != "" {
			out = append(out, Override{From: in.Override, To: g.Name, Label: in.OverrideLabel})
		}
	}
	return out
}

// Relabel gives the overrides of some coordinates (Type.field) another label: those that move together have one, whatever
// the schemas call them. It changes the graph, which must be nobody else's yet.
func (s *Supergraph) Relabel(by map[string]string) {
	if len(by) == 0 {
		return
	}
	for _, t := range s.Types {
		for _, f := range t.Fields {
			label := by[t.Name+"."+f.Name]
			if label == "" {
				continue
			}
			f.In = slices.Clone(f.In)
			for i, in := range f.In {
				if in != nil && in.OverrideLabel != "" {
					changed := *in
					changed.OverrideLabel = label
					f.In[i] = &changed
				}
			}
		}
	}
	s.Labels = labels(s.Types)
}
