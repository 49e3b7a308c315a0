// The session under which the mock source keeps what mutations changed. Each tab of the browser has its own.
import { facts, ask } from "./gateway.js";
import { recall, remember } from "./store.js";

const name = () => "page-" + crypto.getRandomValues(new Uint32Array(3)).reduce((text, n) => text + n.toString(36), "");

let current = recall("session");
if (typeof current !== "string" || !/^page-\w+$/.test(current)) remember("session", current = name());

export const session = [["Ficus-Mock-Session", current]];

// reset has the session forget its changes; it returns why it does not, "" if it does.
export async function reset() {
  const headers = { "Content-Type": "application/json", [facts.header]: "console", "Ficus-Mock": "reset", ...Object.fromEntries(session) };
  const answer = await ask(facts.graph, { method: "POST", headers, body: JSON.stringify({ query: "{ __typename }" }) });
  return answer.errors?.[0]?.message ?? "";
}
