// The page's frame: a bar at the top, beneath it GraphiQL or what is implemented.
import { DocExplorerStore, DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { useEffect, useRef, useState } from "react";
import { Chosen } from "./Chosen.jsx";
import { choiceText, none } from "./choice.js";
import { facts, fetcher } from "./gateway.js";
import { takeLink } from "./link.js";
import { MockedPaths } from "./MockedPaths.jsx";
import { Mocks, useScenarios } from "./Mocks.jsx";
import { session } from "./session.js";
import { Status } from "./Status.jsx";
import { Stream } from "./Stream.jsx";
import { recall, remember } from "./store.js";
import { themes, useThemes } from "./theme.js";

const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];
const example = "# Ctrl-Enter runs the operation, Ctrl-Space says what can stand where the cursor is.\nquery {\n  __typename\n}\n";
const given = takeLink();

export function App() {
  const [view, setView] = useState("query");
  const [choice, setChoice] = useState(() => given?.choice ?? recall("choice") ?? none);
  const [schema, setSchema] = useState(null);
  const scenarios = useScenarios();
  const current = useRef(choice);
  current.current = choice;
  const [ask] = useState(() => fetcher(() => {
    if (!facts.scenarios) return []; // requests may not choose here
    const text = choiceText(current.current);
    return text ? [["Ficus-Mock", text], ...session] : session;
  }));
  useEffect(() => remember("choice", choice), [choice]);
  useEffect(() => {
    // A link that is opened where the page is open already: the page begins anew with it.
    const open = () => /[#&](query|scenario)=/.test(location.hash) && location.reload();
    window.addEventListener("hashchange", open);
    return () => window.removeEventListener("hashchange", open);
  }, []);
  return (
    <GraphiQLProvider
      fetcher={ask} plugins={plugins} referencePlugin={DOC_EXPLORER_PLUGIN} defaultQuery={example} onSchemaChange={setSchema}
      editorTheme={themes} inputValueDeprecation schemaDescription
      initialQuery={given?.query} initialVariables={given?.variables} initialHeaders={given?.headers ?? recall("headers") ?? undefined}
    >
      <HistoryStore>
        <DocExplorerStore>
          <Bar view={view} setView={setView}>
            {facts.scenarios && view === "query" && <Mocks choice={choice} setChoice={setChoice} scenarios={scenarios} schema={schema} linked={given !== null} />}
          </Bar>
          {facts.scenarios && view === "query" && <Chosen choice={choice} setChoice={setChoice} scenarios={scenarios} />}
          <main id="query-view" hidden={view !== "query"}>
            <GraphiQLInterface onEditHeaders={(text) => remember("headers", text)}>
              <GraphiQL.Logo><span className="graph-path">{facts.graph}</span></GraphiQL.Logo>
              <GraphiQL.Footer><Stream /><MockedPaths /></GraphiQL.Footer>
            </GraphiQLInterface>
          </main>
          {view === "status" && <Status />}
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}

function Bar({ view, setView, children }) {
  useThemes();
  const tab = (name, label) => (
    <button type="button" aria-pressed={view === name} onClick={() => setView(name)}>{label}</button>
  );
  return (
    <header className="bar">
      <h1>
        <svg viewBox="0 0 16 16" aria-hidden="true"><path className="leaf" d="M8 1C3 5 3 11 8 13c5-2 5-8 0-12z" /><path className="stem" d="M8 4v11" /></svg>
        Ficus
      </h1>
      {facts.status && <nav aria-label="Views" className="views">{tab("query", "Query")}{tab("status", "Status")}</nav>}
      {children}
    </header>
  );
}
