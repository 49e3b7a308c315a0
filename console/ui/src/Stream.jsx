// The line beneath the event in sight: how many came, and whether more may.
import { pick, useGraphiQL } from "@graphiql/react";
import { useRef } from "react";
import { useStream } from "./stream.js";

const states = {
  open: "waiting for the next", ended: "the subscription has ended", stopped: "stopped",
  refused: "an error ended the subscription", broken: "the connection broke: run it again to follow on",
};

export function Stream() {
  const stream = useStream();
  const { tabs, activeTabIndex } = useGraphiQL(pick("tabs", "activeTabIndex"));
  const tab = tabs[activeTabIndex]?.id, begun = useRef({});
  if (stream && stream.request !== begun.current.request) begun.current = { request: stream.request, tab };
  if (!stream || tab !== begun.current.tab) return null; // another tab of GraphiQL has another answer in sight
  if (stream.count === 0 && stream.state === "refused") return null; // the answer says why
  return (
    <p className="stream" role="status">
      <strong>{stream.count === 0 ? "No event" : `Event ${stream.count}`}</strong> {states[stream.state]}
    </p>
  );
}
