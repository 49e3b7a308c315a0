// The badge of an answer: how much of it was made up, and where. A path leads to its values.
import { pick, useGraphiQL } from "@graphiql/react";
import { parseTree } from "jsonc-parser";
import { useEffect, useRef, useState } from "react";

const longest = 5_000_000; // characters; a longer answer is not read again for its badge

export function MockedPaths() {
  const { responseEditor } = useGraphiQL(pick("responseEditor"));
  const [mocked, setMocked] = useState(null);
  const [open, setOpen] = useState(false);
  const marks = useRef(null);
  useEffect(() => {
    if (!responseEditor) return;
    marks.current = responseEditor.createDecorationsCollection([]);
    const look = () => {
      marks.current.clear();
      setMocked(mockedOf(responseEditor.getValue()));
    };
    look();
    const changes = responseEditor.onDidChangeModelContent(look);
    return () => changes.dispose();
  }, [responseEditor]);
  if (!mocked) return null;
  const total = mocked.paths.length + mocked.more;
  return (
    <section className="made" aria-label="Mocked">
      {total === 0 ? <span className="badge real">nothing mocked</span> : (
        <button type="button" className="badge" aria-expanded={open} onClick={() => setOpen(!open)}>
          {total} {total === 1 ? "path" : "paths"} mocked
        </button>
      )}
      {mocked.choice && <code>{mocked.choice}</code>}
      {mocked.changes.map((c, i) => <Change key={i} change={c} />)}
      {open && total > 0 && (
        <ul>
          {mocked.paths.map((p) => (
            <li key={p}><button type="button" className="plain" onClick={() => highlight(responseEditor, marks.current, p)}>{p}</button></li>
          ))}
          {mocked.more > 0 && <li>and {mocked.more} more</li>}
        </ul>
      )}
    </section>
  );
}

// Change says what a mutation did, whether that was a guess, and whether later answers see it.
function Change({ change: { field, effect, type, key, guessed, kept } }) {
  const what = effect === "none" ? "changed nothing" : `${effect}d ${type} ${Object.values(key ?? {}).join(" ")}`;
  return (
    <span className="change">
      <code>{field}</code> {what}{guessed && ", by its name"}{effect !== "none" && (kept ? ", kept in this session" : ", not kept")}
    </span>
  );
}

// mockedOf is what an answer says of itself; null if the text is no answer.
function mockedOf(text) {
  if (text === "" || text.length > longest) return null;
  try {
    const answer = JSON.parse(text);
    if (!answer || typeof answer !== "object" || !("data" in answer)) return null;
    const { mocked = [], more = 0, choice = "", changes = [] } = answer.extensions?.ficus ?? {};
    return { paths: mocked, more, choice, changes };
  } catch {
    return null;
  }
}

// highlight marks the values at a path, in each element of the lists on the way, and shows the first.
function highlight(editor, marks, path) {
  const model = editor.getModel();
  const data = member(parseTree(model.getValue()), "data");
  const ranges = at(data ? [data] : [], path.split(".")).map((node) => {
    const from = model.getPositionAt(node.offset), to = model.getPositionAt(node.offset + node.length);
    return { startLineNumber: from.lineNumber, startColumn: from.column, endLineNumber: to.lineNumber, endColumn: to.column };
  });
  marks.set(ranges.map((range) => ({ range, options: { inlineClassName: "made-up" } })));
  if (ranges.length > 0) editor.revealRangeInCenterIfOutsideViewport(ranges[0]);
}

// at is the properties, with their names, that a path leads to.
function at(nodes, [key, ...rest]) {
  const found = nodes.flatMap(elements).map((n) => member(n, key)).filter(Boolean);
  return rest.length === 0 ? found.map((n) => n.parent) : at(found, rest);
}

const elements = (node) => node.type === "array" ? (node.children ?? []).flatMap(elements) : [node];

const member = (node, key) => node?.type === "object" ? node.children?.find((p) => p.children[0].value === key)?.children[1] : undefined;
