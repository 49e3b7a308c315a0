// The line beneath the bar that says what of the answers is not as usual, so that nobody takes a scenario for the truth.
import { isNone, kinds, none } from "./choice.js";

export function Chosen({ choice, setChoice, scenarios }) {
  if (scenarios.problem) return <p className="chosen problem" role="alert">The scenarios were not read: {scenarios.problem}</p>;
  if (isNone(choice)) return null;
  const scenario = scenarios.list.find((s) => s.name === choice.scenario);
  return (
    <p className="chosen" aria-label="Chosen">
      {choice.scenario && <span><strong>{choice.scenario}</strong> {scenario?.description}</span>}
      {choice.latency && <span>Answers take at least <strong>{choice.latency}</strong></span>}
      {choice.fields.map((f, i) => <span key={i}><code>{f.on}</code> {kinds[f.kind].label} {f.value}</span>)}
      <button type="button" className="plain" onClick={() => setChoice(none)}>Clear</button>
    </p>
  );
}
