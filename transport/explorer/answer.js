// What came back: how it went, the errors with their places, and the answer's text. The text is laid out as it
// came, not parsed and written anew, so that long numbers and the order of keys are the server's.
const colourful = 200_000; // characters; beyond it, an element for each word would make the page slow
const blockLines = 200;
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

// laidOut is the JSON text with indentation, and in colour unless it is very long. It comes in blocks of lines: the
// browser lays out only those that are in sight, one text of all lines would keep it busy for seconds.
function laidOut(text) {
  const out = document.createDocumentFragment(), pieces = [];
  layOut(text, (piece) => pieces.push(piece));
  let block = el("div", ""), plain = "", lines = 0;
  const endPlain = () => { if (plain) block.append(plain); plain = ""; };
  const endBlock = () => { endPlain(); out.append(block); block = el("div", ""); lines = 0; };
  pieces.forEach((piece, i) => {
    const name = text.length > colourful ? "" : classOf(piece, pieces[i + 1] === ": ");
    if (piece[0] === "\n" && ++lines > blockLines) {
      plain += "\n"; // ends the block; the indentation begins the next
      endBlock();
      piece = piece.slice(1);
    }
    if (!name) return void (plain += piece);
    endPlain();
    block.append(el("span", piece));
    block.lastChild.className = name;
  });
  endBlock();
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
