package composition

// described is a description and who wrote it.
type described struct {
	schema *schema
	text   string
}

// mergeDescription takes what most subgraphs say; among equals, the first.
func (m *merger) mergeDescription(ds []described, what, coord string) string {
	var texts []string
	counts := map[string]int{}
	for _, d := range ds {
		if d.text == "" {
			continue
		}
		if counts[d.text]++; counts[d.text] == 1 {
			texts = append(texts, d.text)
		}
	}
	if len(texts) == 0 {
		return ""
	}
	best := texts[0]
	for _, t := range texts {
		if counts[t] > counts[best] {
			best = t
		}
	}
	if len(texts) > 1 {
		m.hint("INCONSISTENT_DESCRIPTION", coord, "%s has inconsistent descriptions across subgraphs. The supergraph will use description (from %s): %q", what, inSubgraphs(whoSays(ds, best)), best)
	}
	return best
}

func whoSays(ds []described, text string) []string {
	var out []string
	for _, d := range ds {
		if d.text == text {
			out = append(out, d.schema.Name)
		}
	}
	return out
}
