// What a reader does: from the front page to two accounts side by side, by pointer and by keyboard.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, readoutStory, startDemo } from "./support.mjs";

let demo, browser, page;

before(async () => {
  demo = await startDemo();
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("reader opens a story and puts both accounts of the call side by side", async () => {
  const { id } = await readoutStory(demo.url);
  await page.goto(new URL(`s/${id}`, demo.url).href);
  const counts = await page.locator(".counts").first().innerText();
  assert.match(counts, /\d+\s+texts/);
  assert.match(counts, /\d+\s+outlets/);
  assert.match(counts, /\d+\s+independent accounts?/);
  await page.getByRole("link", { name: "Compare", exact: true }).first().click();
  await page.waitForURL(/\/compare/);
  const rows = page.locator(".compare > li");
  assert.ok((await rows.count()) > 5);
  const sentence = page.locator(".compare a.sno").first();
  const target = await sentence.getAttribute("href");
  await page.goto(new URL(target, page.url()).href);
  assert.equal(await page.locator(new URL(page.url()).hash).count(), 1, "the sentence link leads to its place in the revision");
});

test("reader reaches the first story by keyboard alone and sees where the focus is", async () => {
  await page.goto(demo.url);
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /skip/i);
  let reached = false;
  for (let i = 0; i < 120 && !reached; i++) {
    await page.keyboard.press("Tab");
    reached = await page.evaluate(() => /^\/s\/\d+/.test(new URL(document.activeElement.href ?? location.href).pathname));
  }
  assert.ok(reached, "no story link is reached by Tab");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/s\/\d+/);
});

test("search explains the query and marks a wrong word", async () => {
  await page.goto(new URL("q?q=hotline", demo.url).href);
  assert.ok((await page.locator("main").innerText()).includes("hotline"));
  const answer = await page.goto(new URL("q?q=outlett:x", demo.url).href);
  assert.equal(answer.status(), 400);
  assert.match(await page.locator("main").innerText(), /outlett/);
});

test("Arabic text stands right to left in its own language", async () => {
  const hits = await (await fetch(new URL("q.json?q=lang:ar", demo.url))).json();
  const first = (hits.items ?? hits.hits ?? hits.articles)[0];
  const id = first.article?.id ?? first.article ?? first.id;
  await page.goto(new URL(`a/${id}`, demo.url).href);
  assert.ok((await page.locator("[lang=ar][dir=rtl]").count()) > 0);
});
