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

test("reader splits a text off by keyboard alone, finds it on both pages, and takes it back", async () => {
  const { id } = await readoutStory(demo.url);
  const before = await (await fetch(new URL(`s/${id}.json`, demo.url))).json();
  const article = before.accounts[before.accounts.length - 1].article.id;
  await page.goto(new URL(`s/${id}`, demo.url).href);
  const item = page.locator(`#a${article}`);
  await item.locator("summary", { hasText: "Why here?" }).last().focus();
  await page.keyboard.press("Enter");
  // From the summary on, Tab alone leads through the form.
  const reach = async (wanted) => {
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => document.activeElement.name || document.activeElement.textContent.trim());
      if (at === wanted) return;
    }
    assert.fail(`${wanted} is not reached by Tab`);
  };
  await reach("where");
  await page.keyboard.press("Space");
  await reach("why");
  await page.keyboard.type("another conversation");
  await reach("who");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Ada Kestrel");
  await reach("Keep this decision");
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=\d+/);
  const notice = page.locator("[role=status]");
  assert.match(await notice.innerText(), /Ada Kestrel split off .*another conversation/s);
  const there = await notice.locator("a[href^='/s/']").first().getAttribute("href");
  const apart = await (await fetch(new URL(`${there}.json`, demo.url))).json();
  assert.equal(apart.accounts[0].article.id, article);
  await page.goto(new URL(`s/${id}/log`, demo.url).href);
  assert.match(await page.locator("main").innerText(), /Ada Kestrel[\s\S]*another conversation/);
  await page.getByRole("button", { name: /Undo/ }).first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/done=\d+/);
  const after = await (await fetch(new URL(`s/${id}.json`, demo.url))).json();
  assert.equal(after.accounts.length, before.accounts.length);
});

test("Arabic text stands right to left in its own language", async () => {
  const hits = await (await fetch(new URL("q.json?q=lang:ar", demo.url))).json();
  const first = (hits.items ?? hits.hits ?? hits.articles)[0];
  const id = first.article?.id ?? first.article ?? first.id;
  await page.goto(new URL(`a/${id}`, demo.url).href);
  assert.ok((await page.locator("[lang=ar][dir=rtl]").count()) > 0);
});
