// How far the contract is kept: each subgraph, then each field with who answers it. It follows the gateway while it is
// looked at, so that a field is seen to move when its service has learned it.
import { useEffect, useState } from "react";
import { facts, read } from "./gateway.js";
import { counts, rows, states } from "./states.js";

const every = 2000; // milliseconds
const most = 500; // fields of the table; beyond it, typing finds sooner than scrolling

export function Status() {
  const { report, problem } = useReport();
  const [text, setText] = useState("");
  const [only, setOnly] = useState("");
  if (!report) return <main className="status"><p role="status" className={problem && "problem"}>{problem || "Reading the status"}</p></main>;
  const found = rows(report, text, only);
  return (
    <main className="status">
      {problem && <p className="problem" role="alert">{problem} This is how it was.</p>}
      <Subgraphs report={report} />
      <Contradictions list={report.contradictions} />
      <div className="filter">
        <label>Find<input type="search" value={text} onChange={(e) => setText(e.target.value)} placeholder="Type, field, subgraph or team" autoComplete="off" spellCheck={false} /></label>
        <States report={report} only={only} setOnly={setOnly} />
      </div>
      <Fields list={found} teams={report.teams.length > 0} />
    </main>
  );
}

// useReport reads the status again and again while the page is in sight. What was read stays when the gateway is away.
function useReport() {
  const [state, setState] = useState({ report: null, problem: "" });
  useEffect(() => {
    let timer, ended = false;
    const next = async () => {
      if (!document.hidden) {
        try {
          const report = await read(facts.status);
          if (!ended) setState({ report, problem: "" });
        } catch (e) {
          if (!ended) setState((was) => ({ ...was, problem: e.message }));
        }
      }
      if (!ended) timer = setTimeout(next, every);
    };
    next();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, []);
  return state;
}

function Subgraphs({ report }) {
  return (
    <section aria-label="Subgraphs" className="cards">
      {report.subgraphs.map((s) => {
        const parts = counts(s), total = parts.reduce((sum, [, n]) => sum + n, 0);
        return (
          <article key={s.subgraph}>
            <h2>{s.subgraph} <small>{s.owner}{s.state && `, ${s.state}`}</small></h2>
            <div className="share-bar" aria-hidden="true">{parts.map(([state, n]) => <i key={state} className={state} style={{ flexGrow: n }} />)}</div>
            <p>{parts.map(([state, n]) => `${n} ${state}`).join(", ")} <span className="faint">of {total}</span></p>
          </article>
        );
      })}
    </section>
  );
}

function Contradictions({ list }) {
  if (list.length === 0) return null;
  const place = (p) => (p.line ? `${p.file}:${p.line}` : p.file);
  return (
    <section aria-label="Contradictions" className="contradictions">
      <h2>Services that are not what their contract says</h2>
      <ul>
        {list.map((c, i) => (
          <li key={i}>
            <p><code>{c.coordinate}</code> in {c.subgraph}: {c.message}</p>
            {[c.contract, c.service].map((p, j) => <p key={j} className="faint"><code>{place(p)}</code> <code>{p.text}</code></p>)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function States({ report, only, setOnly }) {
  const all = rows(report, "", "");
  const button = (state, label, n) => (
    <button key={label} type="button" aria-pressed={only === state} onClick={() => setOnly(state)}>{label} <span className="faint">{n}</span></button>
  );
  return (
    <div className="views" role="group" aria-label="State">
      {button("", "all", all.length)}
      {states.map((s) => button(s, s, all.filter((r) => r.state === s).length))}
    </div>
  );
}

function Fields({ list, teams }) {
  if (list.length === 0) return <p role="status">No field is named so.</p>;
  return (
    <>
      <table>
        <caption className="unseen">Fields and who answers them</caption>
        <thead><tr><th scope="col">Field</th><th scope="col">State</th><th scope="col">Subgraph</th><th scope="col">Owner</th>{teams && <th scope="col">Team</th>}</tr></thead>
        <tbody>
          {list.slice(0, most).map((r) => (
            <tr key={r.coordinate}>
              <th scope="row"><span className="faint">{r.type}.</span>{r.name}</th>
              <td><span className={"state " + r.state}>{r.state}</span></td>
              <td>{r.subgraph}{r.also && <span className="faint"> and {r.also.join(", ")}</span>}</td>
              <td>{r.owner}</td>
              {teams && <td>{r.team ?? "nobody's"}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {list.length > most && <p role="status">{list.length - most} more; type to find them</p>}
    </>
  );
}
