// What is chosen for single fields: a list of entries, and a form that adds one.
import { isInterfaceType, isObjectType } from "graphql";
import { useMemo, useState } from "react";
import { kinds, whatIsWrong } from "./choice.js";
import { Sheet } from "./Sheet.jsx";

export function Fields({ fields, setFields, parts, schema }) {
  const label = <>Fields{fields.length > 0 && <span className="count">{fields.length}</span>}</>;
  return (
    <Sheet label={label} title="Single fields">
      {() => (
        <>
          {fields.length === 0 && <p>Have a field fail, be null, or be a list of some length. What services answer gets no longer.</p>}
          <ul>
            {fields.map((f, i) => (
              <li key={i}>
                <span><code>{f.on}</code> {kinds[f.kind].label} {f.value}</span>
                <button type="button" className="plain" aria-label={`Remove ${f.on}`} onClick={() => setFields(fields.filter((_, j) => j !== i))}>Remove</button>
              </li>
            ))}
          </ul>
          <Entry add={(entry) => setFields([...fields, entry])} parts={parts} schema={schema} />
        </>
      )}
    </Sheet>
  );
}

function Entry({ add, parts, schema }) {
  const [kind, setKind] = useState("error");
  const [on, setOn] = useState("");
  const [value, setValue] = useState("");
  const [problem, setProblem] = useState("");
  const coordinates = useMemo(() => coordinatesOf(schema), [schema]);
  const submit = (e) => {
    e.preventDefault();
    const { value: needs, hint } = kinds[kind];
    const entry = { kind, on: on.trim(), value: needs ? value.trim() || hint : "" };
    const wrong = whatIsWrong(entry);
    setProblem(wrong);
    if (wrong) return;
    add(entry);
    setOn("");
    setValue("");
  };
  return (
    <form onSubmit={submit}>
      <label>Field<input value={on} onChange={(e) => setOn(e.target.value)} list="coordinates" placeholder="Type.field" autoComplete="off" spellCheck={false} /></label>
      <datalist id="coordinates">{coordinates.map((c) => <option key={c} value={c} />)}</datalist>
      <label>What
        <select value={kind} onChange={(e) => setKind(e.target.value)}>
          {Object.entries(kinds).filter(([name]) => parts.includes(name)).map(([name, k]) => <option key={name} value={name}>{k.label}</option>)}
        </select>
      </label>
      {kinds[kind].value && (
        <label>{kinds[kind].value}<input value={value} onChange={(e) => setValue(e.target.value)} placeholder={kinds[kind].hint} autoComplete="off" /></label>
      )}
      <button type="submit">Add</button>
      {problem && <p className="problem" role="alert">{problem}</p>}
    </form>
  );
}

// coordinatesOf lists the fields of the graph, to choose from. Very large graphs are typed.
const most = 5000;

function coordinatesOf(schema) {
  if (!schema) return [];
  return Object.values(schema.getTypeMap())
    .filter((t) => !t.name.startsWith("__") && (isObjectType(t) || isInterfaceType(t)))
    .flatMap((t) => Object.keys(t.getFields()).map((f) => t.name + "." + f)).sort().slice(0, most);
}
