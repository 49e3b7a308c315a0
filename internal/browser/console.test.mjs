// What people do in the console, in a real browser: node console.test.mjs URL, with a token of the demo's user in
// FICUS_TOKEN. TestConsole starts the demo and runs this. FICUS_SHOTS names a folder for pictures of the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, faintTexts, shot as take } from "./browse.mjs";
import * as on from "./console.mjs";

const url = new URL(process.argv[2] ?? assert.fail("usage: node console.test.mjs URL"));
const token = process.env.FICUS_TOKEN ?? assert.fail("FICUS_TOKEN is not set");
const tickets = "query Tickets { tickets(first: 2) { subject sentiment suggestedReply } }";

let page, context, complaints, another;
browse(url, async (begun) => {
  ({ page, context, complaints, another } = begun);
  await page.goto(url.href);
  await page.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
  await on.ready(page);
});

const shot = (name) => take(page, name);
const [operation, headers, run, choose, badge, answered] = [on.operation, on.headers, on.run, on.choose, on.badge, on.answered]
  .map((f) => (...args) => f(page, ...args));
const answer = () => on.answer(page);

test("the page loads without a complaint, and its first operation runs", async () => {
  assert.match(await page.title(), /Ficus/);
  assert.deepEqual(await run(), { data: { __typename: "Query" } });
  await badge("nothing mocked");
  assert.deepEqual(complaints, []);
});

test("what real owners answer, and what is made up among it", async () => {
  await operation("{ viewer { email organization { sites(first: 1) { name tickets(first: 1) { subject sentiment } } } } }");
  await headers({ Authorization: "Bearer " + token });
  const got = await run();
  assert.equal(got.data?.viewer.email, "maya@harborpine.example", JSON.stringify(got));
  await badge("1 path mocked");
  await page.locator(".badge").click();
  await page.getByRole("button", { name: "viewer.organization.sites.tickets.sentiment" }).click();
  await page.locator(".made-up").filter({ hasText: "sentiment" }).first().waitFor();
  await shot("console-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("console-dark");
});

test("the schema says what can stand where the cursor is", async () => {
  await operation("");
  await page.locator(".graphiql-query-editor .view-lines").click();
  await page.keyboard.type("{ tick", { delay: 30 });
  const offered = page.locator(".suggest-widget.visible .monaco-list-row");
  await offered.filter({ hasText: "tickets" }).first().waitFor();
  await shot("console-completion");
  await page.keyboard.press("Escape");
  await operation("{ nonsense }");
  await page.locator(".graphiql-query-editor .squiggly-error").waitFor();
});

test("a scenario changes the answer at once, and is said until it is cleared", async () => {
  await operation(tickets);
  const usual = await run();
  assert.notEqual(usual.data.tickets[0].sentiment, null);
  const names = await page.getByLabel("Scenario").locator("option").allTextContents();
  for (const name of ["none", "empty", "one", "many", "longest", "nulls", "errors"]) assert.ok(names.includes(name), name + " in " + names);
  const nulls = await choose("nulls");
  assert.deepEqual(nulls.data.tickets.map((t) => t.sentiment), [null, null]);
  assert.equal(nulls.data.tickets[0].subject, usual.data.tickets[0].subject, "what real owners answer stays");
  await badge("2 paths mocked");
  await page.locator(".made code").filter({ hasText: "scenario=nulls" }).waitFor();
  await page.getByLabel("Chosen").filter({ hasText: "What may be null is" }).waitFor();
  await shot("console-scenario");
  const cleared = await answered(() => page.getByRole("button", { name: "Clear" }).click());
  assert.deepEqual(cleared, usual);
  assert.equal(await page.getByLabel("Chosen").count(), 0);
});

test("latency, and single fields", async () => {
  await operation(tickets);
  await run();
  const began = Date.now();
  await answered(() => page.getByLabel("Latency").selectOption("1s"));
  assert.ok(Date.now() - began >= 1000, "the answer was late");
  await page.getByLabel("Latency").selectOption("");
  await page.getByRole("button", { name: "Fields" }).click();
  const sheet = page.getByRole("dialog", { name: "Single fields" });
  await sheet.getByLabel("Field", { exact: true }).fill("sentiment");
  await sheet.getByRole("button", { name: "Add" }).click();
  await sheet.getByRole("alert").filter({ hasText: "Type.field" }).waitFor();
  await sheet.getByLabel("Field", { exact: true }).fill("Ticket.sentiment");
  await sheet.getByLabel("Code").fill("TIMEOUT");
  const failed = await answered(() => sheet.getByRole("button", { name: "Add" }).click());
  assert.equal(failed.errors[0].extensions.code, "TIMEOUT");
  assert.equal(failed.data.tickets[0].sentiment, null);
  await shot("console-fields");
  await sheet.getByLabel("Field", { exact: true }).fill("Ticket.nonsense");
  const refused = await answered(() => sheet.getByRole("button", { name: "Add" }).click());
  assert.match(refused.errors[0].message, /Ficus-Mock: .*nonsense/);
  assert.equal(await page.locator(".badge").count(), 0, "what is no answer has no badge");
  await sheet.getByRole("button", { name: "Remove Ticket.nonsense" }).click();
  await page.keyboard.press("Escape");
  assert.equal(await sheet.count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Fields1", "the focus goes back");
});

test("a link gives somebody else the same answer", async () => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: url.origin });
  await operation("query Tickets($n: Int!) { tickets(first: $n) { id sentiment suggestedReply } }");
  await on.write(page, "variables.json", '{ "n": 3 }');
  await headers({ "X-Secret": "not for others" });
  await run();
  const mine = await choose("longest");
  await page.getByRole("button", { name: "Share link" }).click();
  const link = await page.getByLabel("Link to this state").inputValue();
  await page.getByRole("status").filter({ hasText: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  assert.ok(!link.includes("not"), "headers are in " + link);
  await shot("console-share");
  const other = await another();
  const theirs = await on.answered(other, () => other.goto(link));
  assert.deepEqual(theirs, mine);
  await on.badge(other, "2 paths mocked");
  assert.equal(await other.getByLabel("Scenario").inputValue(), "longest");
  assert.equal(await on.text(other, "variables.json"), '{ "n": 3 }');
  assert.equal(new URL(other.url()).hash, "");
  await other.context().close();
});

test("a link does not run what changes something", async () => {
  const other = await another();
  const sent = [];
  other.on("request", (r) => r.method() === "POST" && sent.push(r.postData()));
  const query = "mutation { openTicket(input: { siteId: 1, authorId: 1, subject: \"x\" }) { id } }";
  await other.goto(url.href + "#" + new URLSearchParams({ scenario: "one", query }));
  await other.locator(".graphiql-query-editor .view-line").filter({ hasText: "openTicket" }).waitFor();
  await other.waitForTimeout(1500);
  assert.deepEqual(sent.filter((s) => !s.includes("IntrospectionQuery")), []);
  await other.context().close();
});

test("what was written and chosen survives a reload; headers stay in their tab", async () => {
  await operation(tickets);
  await headers({ "X-Secret": "s" });
  await run();
  await choose("one");
  await page.waitForTimeout(700); // GraphiQL keeps its tabs half a second later
  await on.ready(page);
  assert.equal(await on.text(page, "operation.graphql"), tickets);
  assert.equal(await on.text(page, "request-headers.json"), '{"X-Secret":"s"}');
  assert.equal(await page.getByLabel("Scenario").inputValue(), "one");
  const second = await context.newPage();
  await second.goto(url.href);
  await on.edits(second);
  assert.equal(await second.getByLabel("Scenario").inputValue(), "");
  assert.equal(await on.text(second, "request-headers.json"), "");
  await second.close();
});

test("a gateway that is away is said", async () => {
  await operation(tickets);
  await run();
  await context.setOffline(true);
  await page.getByRole("button", { name: /^Execute query/ }).click();
  await page.locator(".result-window").filter({ hasText: "The gateway did not answer" }).waitFor();
  assert.match((await answer()).errors[0].message, /Is it running/);
  assert.equal(await page.locator(".badge").count(), 0);
  await context.setOffline(false);
  assert.equal((await run()).errors, undefined);
});

test("an answer that is no JSON, and a header that cannot be sent, are said", async () => {
  await page.route("**/graphql", (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>busy</h1>" }));
  assert.match((await run()).errors[0].message, /HTTP 502, and no JSON: <h1>busy/);
  await page.unrouteAll();
  await headers({ "not a name": "x" });
  await page.getByRole("button", { name: /^Execute query/ }).click();
  await page.locator(".result-window").filter({ hasText: "cannot be sent" }).waitFor();
});

test("all that Ficus adds is reached with the keyboard", async () => {
  const seen = [];
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => document.activeElement.labels?.[0]?.firstChild.data ?? document.activeElement.textContent));
  }
  for (const name of ["Scenario", "Latency", "Fields", "Share link"]) assert.ok(seen.includes(name), name + " in " + seen);
  await operation(tickets);
  await page.locator(".graphiql-query-editor .view-lines").click();
  const got = await answered(() => page.keyboard.press("Control+Enter"));
  assert.equal(got.data.tickets.length, 2);
});

test("the status of each field: found by name and by state, and followed while the gateway lives", async () => {
  await page.getByRole("button", { name: "Status" }).click();
  const row = (name) => page.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
  await row("Ticket.sentiment").filter({ hasText: /mocked.*tickets.*service/ }).waitFor();
  await row("Ticket.subject").filter({ hasText: /implemented.*tickets.*service/ }).waitFor();
  await page.getByRole("article").filter({ hasText: /tickets service, up.*\d+ implemented, \d+ mocked of/s }).waitFor();
  await shot("console-status");
  await page.getByLabel("Find").fill("carbon");
  assert.deepEqual(await page.getByRole("rowheader").allTextContents(), ["Site.carbonScore"]);
  await page.getByLabel("Find").fill("zzz");
  await page.getByRole("status").filter({ hasText: "No field is named so" }).waitFor();
  await page.getByLabel("Find").fill("");
  await page.getByRole("button", { name: /^mocked/ }).click();
  assert.deepEqual([...new Set(await page.locator("td .state").allTextContents())], ["mocked"]);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await page.evaluate(faintTexts, ":is(.bar, .status) *"), [], colorScheme);
  }
  const report = await page.evaluate(() => fetch("/_ficus/status").then((r) => r.json()));
  report.types.find((t) => t.name === "Ticket").fields.find((f) => f.name === "sentiment").state = "implemented";
  report.contradictions.push({ subgraph: "tickets", coordinate: "Ticket.id", message: "the service says Int!", contract: { file: "tickets.graphql", line: 4, text: "id: ID!" }, service: { file: "http://there", line: 7, text: "id: Int!" } });
  await page.route("**/_ficus/status", (route) => route.fulfill({ json: report }));
  await row("Ticket.sentiment").waitFor({ state: "detached" });
  await page.getByRole("region", { name: "Contradictions" }).filter({ hasText: /tickets\.graphql:4 id: ID!.*http:\/\/there:7 id: Int!/s }).waitFor();
  await page.unrouteAll({ behavior: "wait" });
  await context.setOffline(true);
  await page.getByRole("alert").filter({ hasText: "The gateway did not answer" }).waitFor();
  assert.ok(await row("Ticket.suggestedReply").isVisible(), "what was read stays");
});

test("texts stand out from their ground, in light and in dark", async () => {
  await operation(tickets);
  await run();
  await choose("one");
  await page.locator(".badge").click();
  await page.getByRole("button", { name: "Fields" }).click();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await page.evaluate(faintTexts, ":is(.bar, .chosen, .made, .status) *"), [], colorScheme);
  }
});

test("a window of 800 px has room for everything", async () => {
  await page.setViewportSize({ width: 800, height: 700 });
  await operation(tickets);
  await run();
  await choose("many");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page is too wide");
  for (const control of [page.getByLabel("Scenario"), page.getByLabel("Latency"), page.getByRole("button", { name: "Share link" }), page.locator(".badge")]) {
    const box = await control.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 800 && box.y + box.height <= 700, JSON.stringify(box));
  }
  await page.getByRole("button", { name: "Fields" }).click();
  const sheet = await page.getByRole("dialog").boundingBox();
  assert.ok(sheet.x >= 0 && sheet.x + sheet.width <= 800, JSON.stringify(sheet));
  await shot("console-narrow");
});
