// What the console adds where everything is made up, in a real browser: node mocks.test.mjs URL. TestMocks serves
// testdata/shop.graphql and runs this. FICUS_SHOTS names a folder for pictures of the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, shot as take } from "./browse.mjs";
import { answered, badge, choose, operation, ready, run } from "./console.mjs";

const url = new URL(process.argv[2] ?? assert.fail("usage: node mocks.test.mjs URL"));
const list = "{ products(first: 2) { id name } }";
let page, another;
browse(url, async (begun) => {
  ({ page, another } = begun);
  await page.goto(url.href);
  await page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
  await ready(page);
});

test("scenarios of the graph come before those that are built in", async () => {
  const groups = page.getByLabel("Scenario").locator("optgroup");
  await groups.first().locator("option").filter({ hasText: "empty-cart" }).waitFor({ state: "attached" });
  assert.deepEqual(await groups.evaluateAll((all) => all.map((g) => g.label)), ["Of this graph", "Built in"]);
  await operation(page, "{ cart { items { name } } }");
  assert.notEqual((await run(page)).data.cart.items.length, 0);
  assert.deepEqual((await choose(page, "empty-cart")).data.cart.items, []);
  await page.getByLabel("Chosen").filter({ hasText: "Somebody who has not chosen anything" }).waitFor();
});

test("a scenario may have any name", async () => {
  await operation(page, "{ cart { items { name } note } }");
  await run(page);
  const name = "nur eine Bemerkung – für später";
  assert.equal((await choose(page, name)).data.cart.note, "Grüße");
  await page.locator(".made code").filter({ hasText: "scenario=" + name }).waitFor();
});

test("scenarios are read again by who comes back to the page, and what is wrong with that is said", async () => {
  const known = page.getByLabel("Scenario").locator("option");
  await known.filter({ hasText: "empty-cart" }).waitFor({ state: "attached" });
  let answer = { json: { scenarios: [{ name: "written-since" }], parts: ["scenario", "value"] } };
  await page.route("**/_ficus/scenarios", (route) => route.fulfill(answer));
  const comeBack = () => page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await comeBack();
  await known.filter({ hasText: "written-since" }).waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Fields" }).click();
  assert.deepEqual(await page.getByLabel("What").locator("option").allTextContents(), ["is"], "what this gateway can be asked for");
  await page.keyboard.press("Escape");
  answer = { status: 503, body: "" };
  await comeBack();
  await page.getByRole("alert").filter({ hasText: "The scenarios were not read: HTTP 503" }).waitFor();
  assert.equal(await known.filter({ hasText: "written-since" }).count(), 1, "what was read stays");
  await page.unrouteAll();
});

test("what a mutation changes is seen in this tab only, until the session is reset", async () => {
  await operation(page, list);
  const before = await run(page);
  await operation(page, 'mutation { createProduct(name: "Lamp of ours") { id name } }');
  const made = (await run(page)).data.createProduct;
  assert.equal(made.name, "Lamp of ours");
  await page.locator(".change").filter({ hasText: "createProduct created Product " + made.id + ", by its name, kept in this session" }).waitFor();
  await take(page, "console-change");
  await operation(page, list);
  assert.deepEqual((await run(page)).data.products[0], made);
  const other = await another();
  await other.goto(url.href);
  await ready(other);
  await operation(other, list);
  assert.deepEqual((await run(other)).data, before.data);
  await other.context().close();
  const again = page.waitForResponse((r) => r.request().postData()?.includes("products") ?? false);
  const after = await answered(page, () => page.getByRole("button", { name: "Reset session" }).click(), again);
  assert.deepEqual(after.data, before.data);
  await page.getByRole("status").filter({ hasText: "forgotten" }).waitFor();
  await badge(page, "1 path mocked");
});

test("a mutation is not run again because something is chosen", async () => {
  await operation(page, 'mutation { createProduct(name: "x") { id } }');
  await run(page);
  const sent = [];
  page.on("request", (r) => r.method() === "POST" && sent.push(r.postData()));
  await page.getByLabel("Scenario").selectOption("longest");
  await page.waitForTimeout(500);
  assert.deepEqual(sent, []);
});
