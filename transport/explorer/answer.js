// What came back: how it went, the errors with their places, and the answer's text. The text is laid out as it
// came, not parsed and written anew, so that long numbers and the order of keys are the server's.
const colourful = 300_000; // characters; beyond it, an element for each word would make the page slow
const mostErrors = 100;

// layOut calls write with each piece of the JSON text, laid out.
function layOut(text, write) {
  let depth = 0, before = "";
  const line = () => write("\n" + "  ".repeat(depth));
  for (const [token] of text.matchAll(/"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const opened = before === "{" || before === "[";
    if (token === "}" || token === "]") {
      depth--;
      if (!opened) line();
    } else if (opened || before === ",") line();
    if (token === "{" || token === "[") depth++;
    write(token === ":" ? ": " : token);
    before = token;
  }
}

function classOf(token, isKey) {
  if (token[0] === '"') return isKey ? "key" : "text";
  if (/^[-\d]/.test(token)) return "number";
  return /^[a-z]/.test(token) ? "word" : "";
}

// laidOut is the JSON text with indentation, and in colour unless it is very long.
function laidOut(text) {
  const pieces = [], out = document.createDocumentFragment();
  layOut(text, (piece) => pieces.push(piece));
  if (text.length > colourful) {
    out.append(pieces.join(""));
    return out;
  }
  pieces.forEach((piece, i) => {
    const name = classOf(piece, pieces[i + 1] === ": ");
    if (!name) return out.append(piece);
    const span = el("span", piece);
    span.className = name;
    out.append(span);
  });
  return out;
}

// problem is an error of the answer as a line of the list. It may have any shape: not every server keeps the rules.
function problem(e) {
  const item = el("li", "");
  for (const place of Array.isArray(e?.locations) ? e.locations : []) {
    item.append(link("line " + place.line + ":" + place.column, () => jump(place)));
  }
  item.append(String(e?.message ?? "an error without a message"));
  const where = [Array.isArray(e?.path) && e.path.join("."), e?.extensions?.code].filter(Boolean).join(" ");
  if (where) item.append(" ", el("code", where));
  return item;
}

function showErrors(errors) {
  at("errors").replaceChildren(...errors.slice(0, mostErrors).map(problem));
  if (errors.length > mostErrors) at("errors").append(el("li", errors.length - mostErrors + " more are in the answer"));
  at("errors").hidden = errors.length === 0;
}

const many = (n, word) => n + " " + word + (n === 1 ? "" : "s");
const size = (n) => n < 1000 ? n + " B" : n < 1e6 ? (n / 1e3).toFixed(1) + " kB" : (n / 1e6).toFixed(1) + " MB";

function showAnswer({ status, text, value }, took) {
  const errors = Array.isArray(value?.errors) ? value.errors : [];
  showErrors(errors);
  at("answer").replaceChildren(value === undefined ? text : laidOut(text));
  at("answer").scrollTop = 0;
  const facts = ["HTTP " + status, Math.round(took) + " ms", size(new Blob([text]).size)];
  if (errors.length > 0) facts.push(many(errors.length, "error"));
  at("status").textContent = facts.join(" \u00b7 ");
}

function showNothing(message) {
  showErrors([{ message }]);
  at("answer").replaceChildren();
  at("status").textContent = "not answered";
}
