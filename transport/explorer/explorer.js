// Asking the graph: what the user wrote goes out, what comes back is shown.
const root = document.documentElement.dataset;
const at = (id) => document.getElementById(id);
const el = (tag, text, ...children) => { const e = document.createElement(tag); if (text) e.append(text); e.append(...children); return e; };
const link = (text, go) => { const b = el("button", text); b.className = "link"; b.addEventListener("click", go); return b; };

// object is the JSON object in a text; an empty text is an empty one.
function object(id) {
  const text = at(id).value.trim();
  if (text === "") return {};
  let value;
  try { value = JSON.parse(text); } catch (e) { throw new Error("The " + id + " are not JSON: " + e.message); }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("The " + id + " must be a JSON object, such as " + at(id).placeholder);
  return value;
}

// ask sends the request. The header that the page brings proves to the gateway that no other website sent it.
async function ask(body, extra, signal) {
  const headers = new Headers({ "content-type": "application/json", accept: "application/graphql-response+json, application/json;q=0.9", [root.header]: "explorer" });
  for (const [name, value] of Object.entries(extra)) {
    try { headers.set(name, value); } catch { throw new Error("The header " + JSON.stringify(name) + " cannot be sent: check its name and value"); }
  }
  const request = new Request(root.path, { method: "POST", headers, body: JSON.stringify(body), signal });
  let status, text;
  try {
    const response = await fetch(request);
    [status, text] = [response.status, await response.text()];
  } catch (e) {
    throw e.name === "AbortError" ? e : new Error("The gateway did not answer; is it running?");
  }
  try { return { status, text, value: JSON.parse(text) }; } catch { return { status, text }; }
}

let running; // the request under way; running another ends it, so that a late answer does not replace a newer one
async function run() {
  running?.abort();
  const mine = running = new AbortController();
  const began = performance.now();
  at("status").textContent = "running";
  try {
    const query = at("query").value;
    const body = { query, operationName: operationName(query, at("query").selectionStart), variables: object("variables") };
    showAnswer(await ask(body, object("headers"), mine.signal), performance.now() - began);
  } catch (e) {
    if (mine === running) showNothing(e.message);
  }
}

at("run").addEventListener("click", run);
document.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
  e.preventDefault();
  run();
});
startEditor();
startSchema();
