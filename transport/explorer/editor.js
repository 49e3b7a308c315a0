// What the user writes: the operation, its variables, headers. All of it survives a reload; a new tab begins with
// the last operation and variables. Headers carry tokens, so they do not leave their tab.
const texts = ["query", "variables", "headers"];
const example = "query {\n  __typename\n}\n";

function recall(id) {
  try {
    return sessionStorage.getItem("ficus:" + id) ?? (id === "headers" ? null : localStorage.getItem("ficus:" + id));
  } catch { return null; } // storage is turned off: nothing survives, all else works
}
function remember(id) {
  try {
    sessionStorage.setItem("ficus:" + id, at(id).value);
    if (id !== "headers") localStorage.setItem("ficus:" + id, at(id).value);
  } catch { /* as above, or it is full */ }
}

// A link can bring the texts: #query=...&variables=...&headers=... Servers never see that part of an address. It is
// taken off at once: a reload keeps what was written since, and a token does not stay on show.
function openLink() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!texts.some((id) => given.has(id))) return;
  for (const id of texts) {
    if (!given.has(id)) continue;
    at(id).value = given.get(id);
    remember(id);
  }
  history.replaceState(null, "", location.pathname + location.search);
}

// Inserting as if typed keeps undo; the one call that does so is old but everywhere.
function insert(area, text) {
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
}

// Enter keeps the indentation and a closing bracket gives it back. Tab is left alone: it moves between the fields,
// for those who have no mouse.
function indent(e) {
  const area = e.target, { value, selectionStart: from, selectionEnd: to } = area;
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
  const before = value.slice(value.lastIndexOf("\n", from - 1) + 1, from);
  if ("}])".includes(e.key) && from === to && /^( {2})+$/.test(before)) area.setSelectionRange(from - 2, to);
  if (e.key !== "Enter" || e.shiftKey) return;
  e.preventDefault();
  const depth = /^\s*/.exec(before)[0];
  const opens = /[{([]\s*$/.test(before), closes = opens && /^\s*[})\]]/.test(value.slice(to).split("\n", 1)[0]);
  insert(area, "\n" + depth + (opens ? "  " : "") + (closes ? "\n" + depth : ""));
  if (closes) area.setSelectionRange(area.selectionStart - depth.length - 1, area.selectionStart - depth.length - 1);
}

// jump puts the cursor where an error is, and selects the word there.
function jump(place) {
  const area = at("query"), lines = area.value.split("\n");
  const start = lines.slice(0, place.line - 1).reduce((sum, l) => sum + l.length + 1, 0) + place.column - 1;
  const word = /^\w+|^/.exec(area.value.slice(start))[0];
  area.focus();
  area.setSelectionRange(start, start + word.length);
  area.scrollTop = (place.line - 3) * area.scrollHeight / lines.length;
}

// The operation under the cursor is the one that runs where a document has several.
function operationName(text, cursor) {
  let name;
  for (const m of text.matchAll(/^\s*(?:query|mutation|subscription)\s+([A-Za-z_]\w*)/gm)) {
    if (name === undefined || m.index <= cursor) name = m[1];
  }
  return name;
}

function startEditor() {
  for (const id of texts) {
    at(id).value = recall(id) ?? (id === "query" ? example : "");
    at(id).addEventListener("input", () => remember(id));
    at(id).addEventListener("keydown", indent);
  }
  openLink();
  window.addEventListener("hashchange", openLink);
}
