// What tests of the console do with its page: write, run, choose, and wait for what comes of it.

// ready loads the page anew, and waits until the editors are there and the schema is known.
export async function ready(page) {
  const schema = page.waitForResponse((r) => r.request().postData()?.includes("IntrospectionQuery") ?? false);
  await page.reload();
  await edits(page);
  await schema;
}

// edits waits until all editors are there.
export const edits = (page) => page.waitForFunction(() => (globalThis.__MONACO?.editor.getModels() ?? []).length >= 4);

// write has an editor hold a text. Typing would have it close brackets and complete names.
export const write = (page, name, value) => page.evaluate(([n, v]) => {
  globalThis.__MONACO.editor.getModels().find((m) => m.uri.path.endsWith(n)).setValue(v);
}, [name, value]);

// text is what an editor holds.
export const text = (page, name) => page.evaluate((n) => globalThis.__MONACO.editor.getModels().find((m) => m.uri.path.endsWith(n)).getValue(), name);

export const operation = (page, value) => write(page, "operation.graphql", value);
export const headers = (page, value) => write(page, "request-headers.json", JSON.stringify(value));
export const answer = async (page) => JSON.parse(await text(page, "response.json"));

const anAnswer = (r) => r.request().method() === "POST" && !r.request().postData().includes("IntrospectionQuery");

// answered waits for the answer to what is done meanwhile.
export async function answered(page, what, reply = page.waitForResponse(anAnswer)) {
  await what();
  const body = await (await reply).text();
  await page.waitForFunction((want) => {
    const shown = globalThis.__MONACO.editor.getModels().find((m) => m.uri.path.endsWith("response.json")).getValue();
    try {
      return shown !== "" && (want === null || JSON.stringify(JSON.parse(shown)) === want);
    } catch {
      return false;
    }
  }, compact(body));
  return answer(page);
}

// compact is JSON without its layout, null for other texts.
function compact(body) {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return null;
  }
}

export const run = (page) => answered(page, () => page.getByRole("button", { name: /^Execute query/ }).click());
export const choose = (page, scenario) => answered(page, () => page.getByLabel("Scenario").selectOption(scenario));
export const badge = (page, text) => page.locator(".badge").filter({ hasText: text }).waitFor();
