// Subscriptions in the plain explorer, in a real browser: node stream.test.mjs URL. TestPlainStream serves
// testdata/shop.graphql and runs this.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse } from "./browse.mjs";

const url = new URL(process.argv[2] ?? assert.fail("usage: node stream.test.mjs URL"));
let page;
browse(url, async (begun) => {
  ({ page } = begun);
  await page.goto(url.href);
  await page.locator("#docs li").first().waitFor();
  await page.getByLabel("Headers").fill('{ "Ficus-Mock-Session": "mine" }');
});

const status = (text) => page.locator("#status").filter({ hasText: text }).waitFor();
const answer = async () => JSON.parse(await page.locator("#answer").textContent());
const run = async (text) => {
  await page.getByLabel("Operation").fill(text);
  await page.getByRole("button", { name: "Run" }).click();
};

// rename is a mutation of the same session, by somebody beside the page.
async function rename(id, name) {
  const query = `mutation { updateProduct(id: "${id}", name: "${name}") { id } }`;
  const response = await fetch(url.href + "graphql", {
    method: "POST", headers: { "Content-Type": "application/json", "Ficus-Mock-Session": "mine" }, body: JSON.stringify({ query }),
  });
  assert.equal((await response.json()).errors, undefined);
}

test("a subscription shows each event until it is stopped, and another run ends it", async () => {
  await run("subscription { productChanged { id name } }");
  await status("event 1 \u00b7 waiting for the next");
  const { id } = (await answer()).data.productChanged;
  await rename(id, "Lamp");
  await status("event 2 \u00b7 waiting for the next");
  assert.deepEqual((await answer()).data.productChanged, { id, name: "Lamp" });
  await page.getByRole("button", { name: "Stop" }).click();
  await status("2 events \u00b7 stopped");
  assert.equal((await answer()).data.productChanged.name, "Lamp");
  await run("subscription { productChanged { name } }");
  await status("event 1 \u00b7 waiting for the next");
  await run("{ products(first: 1) { id } }");
  await status("HTTP 200");
  await rename(id, "Not seen");
  await page.waitForTimeout(500);
  assert.equal((await answer()).data.products.length, 1);
  assert.equal(await page.getByRole("button", { name: "Stop" }).isVisible(), false);
});

test("how a stream ended, and why one was refused", async () => {
  await run("subscription { nonsense }");
  await page.locator("#errors li").filter({ hasText: "nonsense" }).waitFor();
  const event = 'event: next\ndata: {"data":{"productChanged":null}}\n\n';
  let body = ":\n\n" + event + event + "event: complete\ndata:\n\n";
  await page.route("**/graphql", (route) => route.fulfill({ contentType: "text/event-stream", body }));
  await run("subscription { productChanged { id } }");
  await status("2 events \u00b7 ended");
  body = event;
  await run("subscription { productChanged { id } }");
  await status("1 event \u00b7 the connection broke");
});
