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

const accept = "application/graphql-response+json, application/json;q=0.9, text/event-stream;q=0.8"; // the last is for subscriptions

// ask sends the request. The header that the page brings proves to the gateway that no other website sent it. Each event of a
// subscription goes to show; what comes at once, or is said at the end, is returned.
async function ask(body, extra, signal, show) {
  const headers = new Headers({ "content-type": "application/json", accept, [root.header]: "explorer" });
  for (const [name, value] of Object.entries(extra)) {
    try { headers.set(name, value); } catch { throw new Error("The header " + JSON.stringify(name) + " cannot be sent: check its name and value"); }
  }
  const request = new Request(root.path, { method: "POST", headers, body: JSON.stringify(body), signal });
  let status, text;
  try {
    const response = await fetch(request);
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) return await follow(response, show);
    [status, text] = [response.status, await response.text()];
  } catch (e) {
    throw e.name === "AbortError" ? e : new Error("The gateway did not answer; is it running?");
  }
  try { return { status, text, value: JSON.parse(text) }; } catch { return { status, text }; }
}

// follow reads an event stream until it ends, and returns how it did.
async function follow(response, show) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", ended = false;
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const events = (rest + piece.value).split("\n\n");
      rest = events.pop();
      for (const text of events.filter((e) => e.startsWith("event: next\ndata: ")).map((e) => e.slice(18))) {
        show({ status: response.status, text, value: JSON.parse(text) });
      }
      ended ||= events.some((e) => e.startsWith("event: complete"));
    }
  } catch (e) {
    if (e.name === "AbortError") throw e;
  }
  return { end: ended ? "ended" : "the connection broke" };
}

let running; // the request under way; running another ends it, so that a late answer does not replace a newer one
async function run() {
  running?.abort();
  const mine = running = new AbortController();
  const began = performance.now();
  let events = 0;
  const say = (text) => mine === running && (at("status").textContent = text);
  const show = (event) => {
    if (mine !== running) return;
    showAnswer(event, performance.now() - began);
    say("event " + ++events + " \u00b7 waiting for the next");
  };
  say("running");
  at("stop").hidden = false;
  try {
    const query = at("query").value;
    const body = { query, operationName: operationName(query, at("query").selectionStart), variables: object("variables") };
    const reply = await ask(body, object("headers"), mine.signal, show);
    if (reply.end) say(many(events, "event") + " \u00b7 " + reply.end);
    else if (mine === running) showAnswer(reply, performance.now() - began);
  } catch (e) {
    if (mine !== running) return;
    if (e.name === "AbortError") say((events ? many(events, "event") + " \u00b7 " : "") + "stopped");
    else showNothing(e.message);
  }
  if (mine === running) at("stop").hidden = true;
}

at("stop").addEventListener("click", () => running.abort());
at("run").addEventListener("click", run);
document.addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
  e.preventDefault();
  run();
});
startEditor();
startSchema();
