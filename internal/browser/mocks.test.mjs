// What the console adds where everything is made up, in a real browser: node mocks.test.mjs URL. TestMocks serves
// testdata/shop.graphql and runs this. FICUS_SHOTS names a folder for pictures of the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, shot as take } from "./browse.mjs";
import { answer, answered, badge, choose, edits, operation, ready, run, text } from "./console.mjs";

const url = new URL(process.argv[2] ?? assert.fail("usage: node mocks.test.mjs URL"));
const list = "{ products(first: 2) { id name } }";
let page, context, another;
browse(url, async (begun) => {
  ({ page, context, another } = begun);
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

// follow runs a subscription, whose answer does not end.
const follow = () => page.getByRole("button", { name: /^Execute query/ }).click();
const said = (text) => page.locator(".stream").filter({ hasText: text }).waitFor();

// twin is a second tab of the same session, as who duplicates a tab has it.
async function twin() {
  const [copy] = await Promise.all([context.waitForEvent("page"), page.evaluate(() => void window.open(location.href))]);
  await edits(copy);
  return copy;
}

test("a subscription shows each event, and follows mutations of its session until it is stopped", async () => {
  await operation(page, "subscription { productChanged { id name } }");
  await follow();
  await said("Event 1 waiting for the next");
  const { id, name } = (await answer(page)).data.productChanged;
  await badge(page, "1 path mocked");
  const copy = await twin();
  const rename = async (to) => {
    await operation(copy, `mutation { updateProduct(id: "${id}", name: "${to}") { id } }`);
    assert.equal((await run(copy)).extensions.ficus.changes[0].kept, true);
  };
  await rename("Lamp, renamed");
  await said("Event 2 waiting for the next");
  assert.deepEqual((await answer(page)).data.productChanged, { id, name: "Lamp, renamed" });
  assert.notEqual(name, "Lamp, renamed");
  await take(page, "console-subscription");
  const dropped = page.waitForEvent("requestfailed");
  await page.getByRole("button", { name: /^Stop query/ }).click();
  await said("Event 2 stopped");
  assert.match((await dropped).postData(), /subscription/);
  await rename("Not seen");
  await page.waitForTimeout(500);
  await said("Event 2 stopped");
  assert.equal((await answer(page)).data.productChanged.name, "Lamp, renamed", "what came last stays");
  await copy.close();
  await page.getByRole("button", { name: "New tab" }).click();
  await page.locator(".stream").waitFor({ state: "detached" });
  await page.getByRole("tab").first().click();
  await said("Event 2 stopped");
  await operation(page, list);
  await run(page);
  assert.equal(await page.locator(".stream").count(), 0);
});

test("what is chosen holds for each event, and a subscription that is refused says why", async () => {
  await operation(page, "subscription { productChanged { id name } }");
  await page.getByLabel("Scenario").selectOption("longest");
  await follow();
  await said("Event 1 waiting for the next");
  await page.locator(".made code").filter({ hasText: "scenario=longest" }).waitFor();
  await page.getByRole("button", { name: /^Stop query/ }).click();
  await operation(page, "subscription { nonsense }");
  await follow();
  await page.locator(".result-window").filter({ hasText: "nonsense" }).waitFor();
  assert.match((await answer(page)).errors[0].extensions.code, /VALIDATION/);
  await page.locator(".stream").waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^Execute query/ }).waitFor();
});

test("the end of a stream is said: completed, failed, broken, or refused by its status", async () => {
  await operation(page, "subscription { productChanged { id name } }");
  const event = (n) => `event: next\ndata: {"data":{"productChanged":{"id":"${n}"}}}\n\n`;
  const stream = (body) => ({ contentType: "text/event-stream", body });
  const ended = "event: complete\ndata:\n\n";
  let next;
  await page.route("**/graphql", (route) => route.fulfill(next));
  for (const [answered, line, shown] of [
    [stream(":\n\n" + event(1) + event(2) + ended), "Event 2 the subscription has ended", /"id": "2"/],
    [stream((event(1) + event(2) + event(3) + ended).replaceAll("\n", "\r\n")), "Event 3 the subscription has ended", /"id": "3"/],
    [stream(event(1) + 'event: next\ndata: {"errors":[{"message":"expired"}]}\n\n' + ended), "Event 1 an error ended the subscription", /expired/],
    [stream(event(1)), "Event 1 the connection broke", /"id": "1"/],
    [stream(ended), "No event the subscription has ended", /^$/],
    [stream(":\n\n"), "No event the connection broke", /before the first event/],
    [{ status: 503, json: { errors: [{ message: "as many as may be" }] } }, "", /as many as may be/],
    [{ status: 502, contentType: "text/html", body: "<h1>busy</h1>" }, "", /HTTP 502, and no JSON/],
  ]) {
    next = answered;
    await follow();
    if (line) await said(line);
    else await page.locator(".stream").waitFor({ state: "detached" });
    await page.getByRole("button", { name: /^Execute query/ }).waitFor();
    assert.match(await text(page, "response.json"), shown, line);
  }
  await page.unrouteAll();
});
