// The line beneath the event in sight: how many came, and whether more may.
import { useStream } from "./stream.js";

const states = {
  open: "waiting for the next", ended: "the subscription has ended", stopped: "stopped",
  refused: "an error ended the subscription", broken: "the connection broke: run it again to follow on",
};

export function Stream() {
  const stream = useStream();
  if (!stream || (stream.count === 0 && stream.state === "refused")) return null; // the answer says why
  return (
    <p className="stream" role="status">
      <strong>{stream.count === 0 ? "No event" : `Event ${stream.count}`}</strong> {states[stream.state]}
    </p>
  );
}
