// A choice is what requests ask of the mock source: a scenario, a latency, and for single fields that they fail, are
// null, or are lists of some length. It is written in three ways: as a header, as part of a link, and for the next reload.
//
//   { scenario: "empty", latency: "300ms", fields: [{ kind: "error", on: "Product.price", value: "TIMEOUT" }] }

export const none = { scenario: "", latency: "", fields: [] };

export const kinds = {
  error: { label: "fails", value: "Code", hint: "MOCKED_ERROR" },
  null: { label: "is null" },
  list: { label: "has a length of", value: "Length", hint: "0" },
  value: { label: "is", value: "Value", hint: "" },
};

export const isNone = (choice) => choiceText(choice) === "";

const parts = (choice) => [
  ...(choice.scenario ? [["scenario", choice.scenario]] : []),
  ...(choice.latency ? [["latency", choice.latency]] : []),
  ...choice.fields.map((f) => [f.kind, f.value ? f.on + ":" + f.value : f.on]),
];

// choiceText is the choice as the header Ficus-Mock has it.
export const choiceText = (choice) => parts(choice).map(([key, value]) => key + "=" + value).join("; ");

// intoLink adds the choice to what a link carries.
export function intoLink(choice, link) {
  for (const [key, value] of parts(choice)) link.append(key, value);
}

// fromLink is the choice of a link, none if it has none.
export function fromLink(link) {
  const fields = [];
  for (const kind of Object.keys(kinds)) {
    for (const text of link.getAll(kind)) {
      const colon = text.indexOf(":");
      fields.push(colon < 0 ? { kind, on: text, value: "" } : { kind, on: text.slice(0, colon), value: text.slice(colon + 1) });
    }
  }
  return { scenario: link.get("scenario") ?? "", latency: link.get("latency") ?? "", fields };
}

// whatIsWrong says why a field's entry cannot be sent, "" if it can. Whether the graph has the field the gateway knows.
export function whatIsWrong({ kind, on, value }) {
  if (!/^\w+\.\w+$/.test(on)) return "A field is written as Type.field, such as Product.price";
  if (kind === "list" && !/^\d+$/.test(value)) return "A length is a number, such as 0";
  if (kind === "error" && !/^[\w -]*$/.test(value)) return "A code has letters, digits and _";
  if (kind === "value" && (value === "" || /[;\n]/.test(value))) return "A value is JSON or a name, and has no ; in it";
  return "";
}
