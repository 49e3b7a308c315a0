// What people do in the explorer, in a real browser: node explorer.test.mjs URL, with a token of the demo's user in
// FICUS_TOKEN. TestExplorer starts the demo and runs this. FICUS_SHOTS names a folder for pictures of the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, faintTexts, shot as take } from "./browse.mjs";

const url = new URL(process.argv[2] ?? assert.fail("usage: node explorer.test.mjs URL"));
const token = process.env.FICUS_TOKEN ?? assert.fail("FICUS_TOKEN is not set");
const authorization = JSON.stringify({ Authorization: "Bearer " + token });
let page, context, complaints;
browse(url, async (begun) => {
  ({ page, context, complaints } = begun);
  await page.goto(url.href);
  await page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
  await page.reload();
  await page.locator("#docs li").first().waitFor();
});

const status = (text) => page.locator("#status").filter({ hasText: text }).waitFor();
const answer = async () => JSON.parse(await page.locator("#answer").textContent());
const shot = (name) => take(page, name);
const run = () => page.getByRole("button", { name: "Run" }).click();
const operation = () => page.getByLabel("Operation");

test("the page loads without a complaint and is ready to type in", async () => {
  assert.deepEqual(complaints, []);
  assert.match(await page.title(), /Ficus/);
  await page.locator("header").filter({ hasText: "make console" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "query");
  await run();
  await status("HTTP 200");
  assert.deepEqual(await answer(), { data: { __typename: "Query" } });
});

test("an operation with variables and headers is answered, by button and by keys", async () => {
  await operation().fill("query Sites($n: Int!) {\n  viewer {\n    email\n    organization { name sites(first: $n) { name } }\n  }\n}\n");
  await page.getByLabel("Variables").fill('{ "n": 1 }');
  await run();
  await status("HTTP 200");
  assert.deepEqual(await answer(), { data: { viewer: null } });
  await page.getByLabel("Headers").fill(authorization);
  await run();
  await page.locator("#answer").filter({ hasText: "maya@harborpine.example" }).waitFor();
  assert.equal((await answer()).data.viewer.organization.sites.length, 1);
  await page.getByLabel("Variables").fill('{ "n": 2 }');
  await page.keyboard.press("Control+Enter");
  await page.locator("#answer").filter({ hasText: "Pine Journal" }).waitFor();
  assert.equal((await answer()).data.viewer.organization.sites.length, 2);
  await shot("light");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("dark");
});

test("an operation that is not valid shows its error, and leads to its line", async () => {
  await operation().fill("{\n  __typename\n  nonsense\n}\n");
  await run();
  const error = page.locator("#errors li");
  await error.filter({ hasText: "nonsense" }).waitFor();
  await status("1 error");
  assert.match(await error.textContent(), /GRAPHQL_VALIDATION_FAILED/);
  await shot("invalid");
  await error.getByRole("button", { name: "line 3:3" }).click();
  assert.equal(await page.evaluate(() => getSelection().toString() || query.value.slice(query.selectionStart, query.selectionEnd)), "nonsense");
  await operation().fill("{\n  viewer {\n");
  await page.keyboard.press("Control+Enter");
  await page.locator("#errors").filter({ hasText: "GRAPHQL_PARSE_FAILED" }).waitFor();
  await operation().fill("{ __typename }");
  await run();
  await status("HTTP 200");
  assert.equal(await page.locator("#errors").isVisible(), false);
});

test("what cannot be sent is explained", async () => {
  for (const [field, text, message] of [
    ["Variables", "{ n: 1 }", /variables are not JSON/],
    ["Variables", "[1]", /variables must be a JSON object/],
    ["Headers", '{ "not a name": "x" }', /header "not a name" cannot be sent/],
  ]) {
    await page.getByLabel(field).fill(text);
    await run();
    await status("not answered");
    assert.match(await page.locator("#errors").textContent(), message);
    await page.getByLabel(field).fill("");
  }
  await context.setOffline(true);
  await run();
  await page.locator("#errors").filter({ hasText: "The gateway did not answer" }).waitFor();
});

test("what was written survives a reload; headers stay in their tab", async () => {
  await operation().fill("query Mine { viewer { id } }");
  await page.getByLabel("Variables").fill('{ "a": 1 }');
  await page.getByLabel("Headers").fill('{ "X-Secret": "s" }');
  await page.reload();
  const texts = (p) => p.evaluate(() => ["query", "variables", "headers"].map((id) => document.getElementById(id).value));
  assert.deepEqual(await texts(page), ["query Mine { viewer { id } }", '{ "a": 1 }', '{ "X-Secret": "s" }']);
  const other = await context.newPage();
  await other.goto(url.href);
  assert.deepEqual(await texts(other), ["query Mine { viewer { id } }", '{ "a": 1 }', ""]);
  await other.close();
});

test("a link brings an operation, and leaves the address bar", async () => {
  const link = new URL(url);
  link.hash = new URLSearchParams({ query: "{ linked: __typename }", headers: '{ "x-a": "b" }' });
  await page.goto(link.href);
  assert.equal(await operation().inputValue(), "{ linked: __typename }");
  assert.equal(new URL(page.url()).hash, "");
  await run();
  await status("HTTP 200");
  assert.deepEqual(await answer(), { data: { linked: "Query" } });
});

test("the schema lists the types, finds one, and leads from one to the next", async () => {
  const docs = page.locator("#docs");
  assert.match(await docs.locator("li").first().textContent(), /^Query/);
  for (const name of ["Viewer", "Organization", "Ticket"]) await docs.getByRole("button", { name, exact: true }).waitFor();
  await page.getByLabel("Find a type or field").fill("viewer.em");
  await docs.getByRole("button", { name: "Viewer.email" }).waitFor();
  await page.getByLabel("Find a type or field").fill("organiz");
  await page.keyboard.press("Enter");
  await docs.getByRole("heading", { name: "Organization object" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H2", "the focus goes along");
  await docs.locator(".members > li").filter({ hasText: "sites" }).getByRole("button", { name: /Site/ }).first().click();
  await docs.getByRole("heading", { name: "Site object" }).waitFor();
  await shot("schema");
  await docs.getByRole("button", { name: "Organization" }).first().click();
  await docs.getByRole("heading", { name: "Organization object" }).waitFor();
  await page.getByLabel("Find a type or field").fill("zzz");
  await docs.filter({ hasText: "Nothing is named so" }).waitFor();
});

test("a schema that could not be read is read again when asked for", async () => {
  await context.setOffline(true);
  await page.getByRole("button", { name: "Read again" }).click();
  await page.locator("#docs").filter({ hasText: "The schema was not read: The gateway did not answer" }).waitFor();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Read again" }).click();
  await page.locator("#docs li").first().waitFor();
});

test("the operation under the cursor runs", async () => {
  await operation().fill("query One { one: __typename }\nquery Two { two: __typename }\n");
  for (const [cursor, name] of [[3, "one"], [40, "two"]]) {
    await operation().evaluate((area, at) => { area.focus(); area.setSelectionRange(at, at); }, cursor);
    await page.keyboard.press("Control+Enter");
    await page.locator("#answer").filter({ hasText: `"${name}"` }).waitFor();
  }
});

test("a late answer does not replace a newer one", async () => {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route("**/graphql", async (route) => {
    if (route.request().postData().includes("slow:")) await held;
    await route.continue().catch(() => {}); // the page has given it up
  });
  await operation().fill("{ slow: __typename }");
  await run();
  await operation().fill("{ quick: __typename }");
  await run();
  await page.locator("#answer").filter({ hasText: "quick" }).waitFor();
  release();
  await page.unrouteAll({ behavior: "wait" });
  assert.deepEqual(await answer(), { data: { quick: "Query" } });
  await status("HTTP 200");
});

test("the answer's numbers and texts are shown as they came", async () => {
  const body = '{"data":{"n":12345678901234567890,"e":1.50,"z":[],"o":{},"s":"a \\"b\\", {c}: 1","1":null,"0":[true,-1e5]}}';
  await page.route("**/graphql", (route) => route.fulfill({ contentType: "application/json", body }));
  await run();
  await status("HTTP 200");
  const want = '{\n  "data": {\n    "n": 12345678901234567890,\n    "e": 1.50,\n    "z": [],\n    "o": {},\n    "s": "a \\"b\\", {c}: 1",\n' +
    '    "1": null,\n    "0": [\n      true,\n      -1e5\n    ]\n  }\n}';
  assert.equal(await page.locator("#answer").textContent(), want);
  await page.unrouteAll();
});

test("an answer that keeps no rules, or is very long, is shown", async () => {
  let body;
  await page.route("**/graphql", (route) => route.fulfill({ contentType: "application/json", body }));
  for (body of ['{"errors":[null,{"path":3,"locations":1},"text"]}', "<html>busy</html>", "null", ""]) {
    await run();
    await status(body.includes("errors") ? "3 errors" : new RegExp(`\\b${body.length} B`));
    assert.equal((await page.locator("#answer").textContent()).replace(/\s/g, ""), body);
  }
  body = JSON.stringify({ data: Array.from({ length: 1000 }, (_, i) => ({ i })) });
  await run();
  await status("kB");
  const [copied, want] = await page.evaluate(() => {
    getSelection().selectAllChildren(answer);
    return [getSelection().toString(), answer.textContent];
  });
  assert.equal(copied.trim(), want, "what is copied");
  body = JSON.stringify({ data: Array(1_000_000).fill(1), errors: Array(500).fill({ message: "no" }) });
  await run();
  await status("500 errors");
  await page.locator("#errors").filter({ hasText: "400 more" }).waitFor();
  assert.equal((await page.locator("#answer").textContent()).replace(/\s/g, ""), body);
  await page.unrouteAll();
});

test("everything is reached and left with the keyboard", async () => {
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.tagName);
  await operation().focus();
  const seen = [];
  for (let i = 0; i < 6; i++) {
    seen.push(await focused());
    await page.keyboard.press("Tab");
  }
  assert.deepEqual(seen, ["query", "variables", "headers", "answer", "read", "find"]);
  await operation().focus();
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(), "run");
  await page.keyboard.press("Enter");
  await status("HTTP 200");
});

test("typing keeps the indentation, and can be undone", async () => {
  await operation().fill("");
  await page.keyboard.type("{\nviewer {\nid\n}\n}");
  assert.equal(await operation().inputValue(), "{\n  viewer {\n    id\n  }\n}");
  await operation().fill("{}");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await page.keyboard.type("id");
  assert.equal(await operation().inputValue(), "{\n  id\n}");
  for (let i = 0; i < 2; i++) await page.keyboard.press("Control+z");
  assert.equal(await operation().inputValue(), "{}");
});

test("text stands out from its ground, in light and in dark", async () => {
  await operation().fill("{ __typename nonsense }");
  await run();
  await page.locator("#errors li").first().waitFor();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await page.evaluate(faintTexts, "body *"), [], colorScheme);
  }
});

test("a narrow window shows everything, one below the other", async () => {
  await page.setViewportSize({ width: 380, height: 700 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, "the page is " + wide + " px too wide");
  const parts = [];
  for (const id of ["query", "answer", "find"]) parts.push(await page.locator("#" + id).boundingBox());
  for (const [i, part] of parts.entries()) {
    assert.ok(part.width > 300, `part ${i} is ${part.width} px wide`);
    assert.ok(i === 0 || part.y > parts[i - 1].y + parts[i - 1].height, `part ${i} is not below the one before`);
  }
  await page.getByRole("navigation", { name: "Schema" }).scrollIntoViewIfNeeded();
  await shot("narrow");
});
