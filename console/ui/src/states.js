// What the page makes of the report on the contract.

// states of fields, those first that somebody is to do something about.
export const states = ["contradicting", "missing", "mocked", "implemented"];

// rows are the fields whose state is wanted and of which something has the text in it, those first that are not done.
export function rows(report, text, only) {
  const want = text.trim().toLowerCase();
  return report.types
    .flatMap((t) => t.fields.map((f) => ({ ...f, type: t.name, coordinate: t.name + "." + f.name })))
    .filter((r) => (only === "" || r.state === only) && [r.coordinate, r.subgraph, r.team ?? ""].some((s) => s.toLowerCase().includes(want)))
    .sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state) || (a.coordinate < b.coordinate ? -1 : 1));
}

// counts says how many fields of a subgraph are in each state that any is in.
export const counts = (s) => [["implemented", s.implemented], ["mocked", s.mocked.length], ["missing", s.missing.length],
  ["contradicting", s.contradicting.length]].filter(([, n]) => n > 0);
