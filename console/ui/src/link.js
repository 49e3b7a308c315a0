// A link carries an operation, its variables and a choice in the address's fragment, which servers never see. Headers
// are not in the links that are made here, as they hold tokens; a link that brings some is understood.
import { fromLink, intoLink } from "./choice.js";

// linkTo is the address that restores what it is given. An empty choice is one too: it undoes what was chosen before.
export function linkTo({ query, variables, choice }) {
  const link = new URLSearchParams();
  intoLink(choice, link);
  if (query) link.set("query", query);
  if (variables?.trim()) link.set("variables", variables);
  return location.origin + location.pathname + "#" + link;
}

// takeLink is what the address carries, null if it is nothing. It is taken off at once: a reload keeps what was
// changed since, and a token does not stay on show.
export function takeLink() {
  const link = new URLSearchParams(location.hash.slice(1));
  if (![...link.keys()].some((key) => key === "query" || key === "scenario")) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return {
    query: link.get("query") ?? undefined, variables: link.get("variables") ?? undefined, headers: link.get("headers") ?? undefined,
    choice: fromLink(link),
  };
}
