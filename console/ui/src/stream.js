// A subscription as the page follows it: an event stream, read from the answer to a request of its own.
// https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#distinct-connections-mode
import { useSyncExternalStore } from "react";
import { failure, reply, unanswered } from "./answer.js";

// What is known of the latest stream: its request, how many events it brought, and whether more may come. null before the first.
let known = null;
const watchers = new Set();
const tell = (next) => {
  known = next;
  for (const watch of watchers) watch();
};
const watching = (watch) => {
  watchers.add(watch);
  return () => watchers.delete(watch);
};

export const useStream = () => useSyncExternalStore(watching, () => known);

// forget is for when something else is asked: what is said of a stream belongs to the answer in sight.
export const forget = () => known?.state !== "open" && tell(null);

let latest; // one stream at a time is followed: another ends it, as it could not be stopped any more

// subscribe is an observable of responses. It asks once somebody observes, and stops as soon as nobody does.
export const subscribe = (path, request) => ({
  subscribe(observer) {
    latest?.abort();
    const mine = latest = new AbortController();
    follow(path, { ...request, signal: mine.signal }, observer).then(() => mine.signal.aborted || observer.complete());
    return { unsubscribe: () => mine.abort() };
  },
});

// follow gives each response to the observer until the stream ends, and tells what became of it.
async function follow(path, request, observer) {
  const { signal } = request;
  let count = 0;
  const say = (state) => signal === latest.signal && tell({ request, count, state });
  say("open");
  try {
    const response = await fetch(path, request).catch(() => null);
    if (signal.aborted) return say("stopped");
    if (!response?.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      say("refused");
      return observer.next(response ? reply(response.status, await response.text()) : unanswered);
    }
    let state = "ended"; // unless an error is the last response
    for await (const { name, data } of events(response.body.pipeThrough(new TextDecoderStream()))) {
      if (signal.aborted || name === "complete") return say(signal.aborted ? "stopped" : state);
      if (name !== "next") continue;
      const answer = reply(response.status, data);
      "data" in answer ? count++ : state = "refused";
      say("open");
      observer.next(answer);
    }
  } catch { /* the connection broke, or was let go */ }
  say(signal.aborted ? "stopped" : "broken");
  if (count === 0 && !signal.aborted) observer.next(failure("The connection broke before the first event"));
}

// events reads a stream of texts as events, { name, data }. What has no data, such as a sign of life, is none.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
export async function* events(texts) {
  let rest = "", name = "", data = [];
  for await (const text of pieces(texts)) {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { name, data: data.join("\n") };
        [name, data] = ["", []];
      } else if (line.startsWith("event:")) name = value(line);
      else if (line.startsWith("data:")) data.push(value(line));
    }
  }
}

const value = (line) => line.slice(line.indexOf(":") + 1).replace(/^ /, "");

// pieces are what a stream brings. Not all browsers can iterate streams themselves.
async function* pieces(stream) {
  const reader = stream.getReader();
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) yield value;
  } finally {
    reader.cancel().catch(() => {});
  }
}
