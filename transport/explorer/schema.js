// The schema beside the editor: a list of types that can be searched, and a page for each with its members.
const introspection = `query ExplorerSchema { __schema { queryType { name } mutationType { name } subscriptionType { name } types {
  kind name description
  fields(includeDeprecated: true) { name description isDeprecated deprecationReason type { ...T } args { name description defaultValue type { ...T } } }
  inputFields { name description defaultValue type { ...T } }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  interfaces { name } possibleTypes { name } } } }
  fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } }`;
const most = 400; // entries of a list; beyond it, typing finds sooner than scrolling

let types = new Map(), roots = [], trail = [];

const shown = (t) => t.kind === "NON_NULL" ? shown(t.ofType) + "!" : t.kind === "LIST" ? "[" + shown(t.ofType) + "]" : t.name;
const named = (t) => t.ofType ? named(t.ofType) : t.name;
const kind = (t) => t.kind.toLowerCase().replace("_", " ");
const toType = (t) => link(shown(t), () => openType(named(t)));

// member is a field, an input field or a value of an enum.
function member(f) {
  const item = el("li", "", el("span", f.name));
  if (f.isDeprecated) item.firstChild.className = "old";
  if (f.type) item.append(": ", toType(f.type));
  if (f.defaultValue != null) item.append(" = " + f.defaultValue);
  if (f.args?.length) {
    const args = el("ul", "", ...f.args.map(member));
    args.className = "args";
    item.append(args);
  }
  if (f.isDeprecated) item.append(el("p", "Deprecated: " + (f.deprecationReason ?? "")));
  if (f.description) item.append(el("p", f.description));
  return item;
}

// openType shows the type's page. The focus goes along: the button that was pressed is gone.
function openType(name) {
  const t = types.get(name);
  if (!t) return;
  if (trail.at(-1) !== name) trail.push(name);
  const title = el("h2", t.name + " ");
  title.append(el("span", kind(t)));
  title.lastChild.className = "kind";
  title.tabIndex = -1;
  const members = el("ul", "", ...[...(t.fields ?? []), ...(t.inputFields ?? []), ...(t.enumValues ?? [])].map(member));
  members.className = "members";
  const page = [link(trail.length > 1 ? "\u2190 " + trail.at(-2) : "\u2190 all types", back), title];
  if (t.description) page.push(el("p", t.description));
  page.push(...related("Implements", t.interfaces), members, ...related(t.kind === "UNION" ? "One of" : "Implemented by", t.possibleTypes));
  at("docs").replaceChildren(...page);
  at("docs").scrollTop = 0;
  title.focus();
}

function related(label, list) {
  if (!list?.length) return [];
  return [el("p", label), el("ul", "", ...list.map((t) => el("li", "", link(t.name, () => openType(t.name)))))];
}

function back() {
  trail.pop();
  if (trail.length > 0) return openType(trail.at(-1));
  openIndex(at("find").value);
  at("find").focus();
}

// found is what the search finds, types before fields, the root types first.
function found(text) {
  const want = text.trim().toLowerCase();
  const names = [...roots, ...[...types.keys()].filter((n) => !n.startsWith("__") && !roots.includes(n)).sort()];
  const out = names.filter((n) => n.toLowerCase().includes(want)).map((n) => ({ label: n, type: n, kind: kind(types.get(n)) }));
  if (want === "") return out;
  for (const n of names) {
    for (const f of types.get(n).fields ?? []) {
      if ((n + "." + f.name).toLowerCase().includes(want) && !n.toLowerCase().includes(want)) out.push({ label: n + "." + f.name, type: n });
    }
  }
  return out;
}

function openIndex(text) {
  trail = [];
  const all = found(text);
  const list = all.slice(0, most).map((f) => {
    const item = el("li", "", link(f.label, () => openType(f.type)));
    if (f.kind) {
      item.append(" ", el("span", f.kind));
      item.lastChild.className = "kind";
    }
    return item;
  });
  const rest = all.length === 0 ? "Nothing is named so" : all.length > most ? all.length - most + " more; type to find them" : "";
  at("docs").replaceChildren(el("ul", "", ...list), el("p", rest));
}

async function readSchema() {
  at("docs").textContent = "Reading the schema";
  try {
    const { status, value } = await ask({ query: introspection, operationName: "ExplorerSchema" }, object("headers"));
    const schema = value?.data?.__schema;
    if (!schema) throw new Error(value?.errors?.[0]?.message ?? "HTTP " + status + " instead of the schema");
    types = new Map(schema.types.map((t) => [t.name, t]));
    roots = [schema.queryType, schema.mutationType, schema.subscriptionType].filter(Boolean).map((t) => t.name);
    openIndex(at("find").value);
  } catch (e) {
    at("docs").textContent = "The schema was not read: " + e.message;
  }
}

function startSchema() {
  at("find").addEventListener("input", () => openIndex(at("find").value));
  at("find").addEventListener("keydown", (e) => {
    const hit = e.key === "Enter" && found(at("find").value)[0];
    if (hit && !e.ctrlKey && !e.metaKey) openType(hit.type);
  });
  at("read").addEventListener("click", readSchema);
  readSchema();
}
