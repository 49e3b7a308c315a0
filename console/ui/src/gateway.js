// How the page asks its gateway. The page's html element says where all is.
import { getOperationAST, parse } from "graphql";
import { failure, reply, unanswered } from "./answer.js";
import { forget, subscribe } from "./stream.js";

export const facts = document.documentElement.dataset;

// fetcher sends operations, with what is chosen of the mock source unless the headers say something themselves. That
// the schema is read is not the business of mocks. Of a subscription it returns what can be observed.
export const fetcher = (choice) => async (params, options = {}) => {
  const headers = new Headers({ "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json;q=0.9" });
  headers.set(facts.header, "console");
  const chosen = params.operationName === "IntrospectionQuery" ? [] : choice();
  for (const [name, value] of [...chosen, ...Object.entries(options.headers ?? {})]) {
    try {
      headers.set(name, bytes(String(value)));
    } catch {
      return failure(`The header ${JSON.stringify(name)} cannot be sent: a name has no spaces, a value no line breaks`);
    }
  }
  const request = { method: "POST", headers, body: JSON.stringify(params) };
  if (isSubscription(params)) {
    headers.set("Accept", "text/event-stream, application/graphql-response+json;q=0.9");
    return subscribe(facts.graph, request);
  }
  if (params.operationName !== "IntrospectionQuery") forget();
  return ask(facts.graph, request);
};

// isSubscription reports whether a stream of answers is what comes. Of a text that cannot be read, the gateway says what is wrong.
function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === "subscription";
  } catch {
    return false;
  }
}

// bytes is a text as a header carries it: in UTF-8, a character a byte, since browsers take no others.
const bytes = (text) => Array.from(new TextEncoder().encode(text), (b) => String.fromCharCode(b)).join("");

// ask sends a request, and makes an answer of whatever happens.
export async function ask(path, request) {
  let response, text;
  try {
    response = await fetch(path, request);
    text = await response.text();
  } catch {
    return unanswered;
  }
  return reply(response.status, text);
}

// read is what the gateway answers at a path beside the graph, or an error that says what to do.
export async function read(path) {
  let response;
  try {
    response = await fetch(path, { headers: { Accept: "application/json" } });
  } catch {
    throw new Error("The gateway did not answer. Is it running?");
  }
  if (!response.ok) throw new Error(`HTTP ${response.status} from ${path}`);
  return response.json();
}
