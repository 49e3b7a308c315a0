// The session under which the mock source remembers what mutations changed. Each tab of the browser has its own.
import { recall, remember } from "./store.js";

const name = () => "page-" + crypto.getRandomValues(new Uint32Array(2)).reduce((text, n) => text + n.toString(36), "");

let current = recall("session");
if (typeof current !== "string") remember("session", current = name());

export const session = { headers: () => [["Ficus-Mock-Session", current]] };
