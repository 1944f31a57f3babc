// Every page, wide and narrow, light and dark: no console error, no serious finding of axe, valid HTML,
// nothing that scrolls the page sideways.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { HtmlValidate } from "html-validate";
import { everyPage, openBrowser, startDemo } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const validator = new HtmlValidate({
  extends: ["html-validate:standard"],
  rules: { "long-title": "off", "no-inline-style": "error", "no-trailing-whitespace": "off", "no-raw-characters": "off", "void-style": "off", "require-sri": "off" },
});
const kinds = ["desk", "topics", "topic", "timeline", "timeline-year", "timeline-month", "timeline-table", "story-timeline", "storylines", "storyline", "storyline-timeline", "story", "compare", "log", "tree", "tree-list", "article", "revision", "revisions", "outlet", "sources", "search", "search-error", "start", "help", "method", "missing"];
let demo, browser, pages;

before(async () => {
  demo = await startDemo();
  browser = await openBrowser();
  pages = await everyPage(demo.url);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

for (const kind of kinds) {
  test(`${kind}: no script error, axe finds nothing serious, nothing scrolls sideways`, async () => {
    for (const [width, colorScheme] of [[1440, "light"], [360, "dark"]]) {
      // The policy of our pages forbids foreign scripts; axe is one, so it is let in here alone.
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const errors = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => message.type() === "error" && !/status of 40[04]/.test(message.text()) && errors.push(message.text()));
      await page.goto(new URL(pages[kind], demo.url).href);
      assert.deepEqual(errors, [], `${kind} at ${width}`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(sideways <= 0, `${kind} at ${width} px scrolls ${sideways} px sideways`);
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
      const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
      assert.deepEqual(serious.map((v) => [v.id, v.nodes[0].html]), [], `${kind} at ${width} ${colorScheme}`);
      await context.close();
    }
  });

  test(`${kind}: the HTML is valid`, async () => {
    const html = await (await fetch(new URL(pages[kind], demo.url))).text();
    const report = await validator.validateString(html);
    const messages = report.results.flatMap((r) => r.messages).filter((m) => m.severity === 2);
    assert.deepEqual(messages.map((m) => `${m.line}:${m.column} ${m.ruleId} ${m.message}`), []);
  });
}

test("every page is whole without script", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  for (const kind of ["desk", "story", "timeline", "compare", "tree", "article", "search"]) {
    await page.goto(new URL(pages[kind], demo.url).href);
    assert.ok((await page.locator("main").innerText()).length > 200, kind);
  }
  await context.close();
});
