// What the tests of a page share: a browser, a fresh tab for each test, and what no page of the gateway may do: complain
// in the console, break its own content security policy, or ask anybody but its gateway.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import { chromium } from "playwright-core";

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

export const size = { width: 1280, height: 800 };

// browse has each test begin with what begin makes of a new tab: { page, context, complaints }.
export function browse(url, begin) {
  let browser, context, page, complaints, requests;
  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.FICUS_CHROMIUM ?? "/usr/bin/chromium", headless: true, args: flags });
    context = await browser.newContext({ viewport: size });
  });
  after(() => browser?.close());
  beforeEach(async () => {
    [complaints, requests] = [[], []];
    page = await context.newPage();
    watch(page, complaints, requests);
    await begin({ page, context, complaints, another: (options) => another(browser, options, complaints, requests) });
  });
  afterEach(async () => {
    // Chromium reports each answer of 400 and above by itself; that is the gateway's right, all else is a mistake.
    assert.deepEqual(complaints.filter((c) => !c.startsWith("Failed to load resource")), []);
    const elsewhere = requests.filter((r) => !r.startsWith(url.origin + "/") && !r.startsWith("data:"));
    assert.deepEqual(elsewhere, [], "the page asks nobody but its gateway");
    await context.setOffline(false);
    await page.emulateMedia({ colorScheme: null });
    await page.close();
  });
}

function watch(page, complaints, requests) {
  page.setDefaultTimeout(30_000) // a busy machine loads slowly;
  page.on("console", (m) => m.type() === "error" && complaints.push(m.text()));
  page.on("pageerror", (e) => complaints.push(e.message));
  page.on("request", (r) => requests.push(r.url()));
}

// another is a tab of a browser that knows nothing yet, as of somebody else.
async function another(browser, options, complaints, requests) {
  const fresh = await browser.newContext({ viewport: size, ...options });
  const page = await fresh.newPage();
  watch(page, complaints, requests);
  return page;
}

// shot takes a picture if FICUS_SHOTS names a folder for them.
export const shot = (page, name) => process.env.FICUS_SHOTS && page.screenshot({ path: join(process.env.FICUS_SHOTS, name + ".png") });

// faintTexts runs in the page: the texts of what the selector finds whose contrast is below WCAG's 4.5.
export function faintTexts(within) {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = color;
    brush.fillRect(0, 0, 1, 1);
    return brush.getImageData(0, 0, 1, 1).data;
  };
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const v = c[i] / 255;
    return sum + weight * (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor);
      if (c[3] === 255) return c;
    }
    return [255, 255, 255];
  };
  const out = [];
  for (const e of document.querySelectorAll(within)) {
    const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim() !== "") || e.tagName === "TEXTAREA";
    if (!own || !e.checkVisibility()) continue;
    const [a, b] = [light(rgba(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) out.push(e.tagName + " " + (e.id || e.className) + " " + ((a + 0.05) / (b + 0.05)).toFixed(2));
  }
  return out;
}
