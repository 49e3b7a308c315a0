// What is asked of the mock source: the scenario, the latency, single fields, and a link that says all of it.
import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { parse } from "graphql";
import { useEffect, useRef, useState } from "react";
import { Fields } from "./Fields.jsx";
import { facts, read } from "./gateway.js";
import { linkTo } from "./link.js";
import { reset } from "./session.js";
import { Sheet } from "./Sheet.jsx";

const latencies = ["", "100ms", "300ms", "1s", "3s", "10s"];

// useScenarios is what can be chosen, or why that is not known. It is read again when somebody comes back to the page,
// perhaps from writing one.
export function useScenarios() {
  const [known, setKnown] = useState({ list: [], parts: [], problem: "" });
  useEffect(() => {
    if (!facts.scenarios) return;
    const again = () => read(facts.scenarios).then(
      (answer) => setKnown({ list: answer.scenarios, parts: answer.parts, problem: "" }),
      (e) => setKnown((was) => ({ ...was, problem: e.message })),
    );
    again();
    window.addEventListener("focus", again);
    return () => window.removeEventListener("focus", again);
  }, []);
  return known;
}

export function Mocks({ choice, setChoice, scenarios, schema, linked }) {
  useRerun(choice, linked);
  return (
    <div className="mocks" role="group" aria-label="Mocks">
      <label>Scenario
        <select value={choice.scenario} onChange={(e) => setChoice({ ...choice, scenario: e.target.value })}>
          <option value="">none</option>
          <Options list={scenarios.list} chosen={choice.scenario} />
        </select>
      </label>
      <label>Latency
        <select value={choice.latency} onChange={(e) => setChoice({ ...choice, latency: e.target.value })}>
          {[...new Set([...latencies, choice.latency])].map((l) => <option key={l} value={l}>{l || "none"}</option>)}
        </select>
      </label>
      <Fields fields={choice.fields} setFields={(fields) => setChoice({ ...choice, fields })} parts={scenarios.parts} schema={schema} />
      <Reset />
      <Share choice={choice} />
    </div>
  );
}

// Options lists scenarios in two groups. One that is chosen and not there stays chosen: the gateway says what is wrong.
function Options({ list, chosen }) {
  const option = (s) => <option key={s.name} value={s.name} title={s.description}>{s.name}</option>;
  const own = list.filter((s) => !s.builtIn), builtIn = list.filter((s) => s.builtIn);
  const known = list.some((s) => s.name === chosen) || chosen === "";
  return (
    <>
      {own.length > 0 && <optgroup label="Of this graph">{own.map(option)}</optgroup>}
      {builtIn.length > 0 && <optgroup label="Built in">{builtIn.map(option)}</optgroup>}
      {!known && <option value={chosen}>{chosen}</option>}
    </>
  );
}

// Reset has the session forget what mocked mutations changed, and asks again.
function Reset() {
  const { queryEditor, responseEditor } = useGraphiQL(pick("queryEditor", "responseEditor"));
  const { run } = useGraphiQLActions();
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), 4000);
    return () => clearTimeout(timer);
  }, [said]);
  const start = async () => {
    const problem = await reset();
    setSaid(problem || "forgotten");
    if (!problem && responseEditor?.getValue() && changesNothing(queryEditor.getValue())) run();
  };
  return (
    <>
      <button type="button" title="Forgets what mocked mutations of this tab changed" onClick={start}>Reset session</button>
      <span role="status" className={said === "" ? "unseen" : "faint"}>{said}</span>
    </>
  );
}

// useRerun asks again when something else is chosen, and once for what a link brought.
function useRerun(choice, linked) {
  const { run } = useGraphiQLActions();
  const { responseEditor, queryEditor } = useGraphiQL(pick("responseEditor", "queryEditor"));
  const seen = useRef(linked ? null : choice);
  useEffect(() => {
    if (!responseEditor || !queryEditor || seen.current === choice) return;
    const first = seen.current === null;
    seen.current = choice;
    if ((first || responseEditor.getValue() !== "") && changesNothing(queryEditor.getValue())) run();
  }, [choice, responseEditor, queryEditor, run]);
}

// changesNothing reports whether a document may be run without being asked for.
function changesNothing(text) {
  try {
    const operations = parse(text).definitions.filter((d) => d.kind === "OperationDefinition");
    return operations.length > 0 && operations.every((o) => o.operation === "query");
  } catch {
    return false;
  }
}

function Share({ choice }) {
  const { queryEditor, variableEditor } = useGraphiQL(pick("queryEditor", "variableEditor"));
  const [link, setLink] = useState("");
  const [copied, setCopied] = useState(false);
  const share = async () => {
    const text = linkTo({ query: queryEditor?.getValue(), variables: variableEditor?.getValue(), choice });
    setLink(text);
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      setCopied(false); // the browser does not allow it: the link is there to be copied by hand
    }
  };
  return (
    <Sheet label="Share link" title="Link" onOpen={share}>
      {(close) => (
        <div className="share">
          <p role="status">{copied ? "Copied. It restores operation, variables and mocks; headers are not in it." : "Copy this link:"}</p>
          <input aria-label="Link to this state" readOnly value={link} onFocus={(e) => e.target.select()} />
          <button type="button" className="plain" onClick={close}>Close</button>
        </div>
      )}
    </Sheet>
  );
}
