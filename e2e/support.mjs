// Starts the demo with the real binary and opens a browser on it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The demo: its address and its outlets' stage door. Ends with `stop`. */
export async function startDemo() {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const binary = process.env.READOUT_BINARY ?? join(target, "debug", "readout");
  // The feeds rest while the browser reads, so that a page does not change between two looks.
  const child = spawn(binary, ["demo", "--listen", "127.0.0.1:0", "--interval", "600"], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const address = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the demo gave no address in 60 s: ${said}`)), 60_000);
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const found = /Readout is at (http:\S+\/)[\s\S]*stage door\S*[^:]*: (http:\S+)/.exec(said);
      if (found) {
        clearTimeout(timer);
        resolve({ url: found[1], control: found[2] });
      }
    });
    child.on("exit", (code) => reject(new Error(`the demo ended with status ${code}: ${said}`)));
  });
  await settled(address.url);
  return {
    ...address,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Waits until the first reading of all outlets has come to rest: the same counts three times in a row. */
async function settled(url) {
  let last = "";
  let same = 0;
  const until = Date.now() + 120_000;
  while (Date.now() < until) {
    const hits = await (await fetch(new URL("q.json?q=the+OR+a+OR+в+OR+في", url))).json().catch(() => ({}));
    const sources = await (await fetch(new URL("sources.json", url))).text();
    const state = `${hits.total}/${sources.length}`;
    same = state === last && (hits.total ?? 0) > 40 ? same + 1 : 0;
    if (same >= 3) return;
    last = state;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`the demo did not come to rest in 120 s, last seen ${last}`);
}

/** A headless Chromium that goes nowhere but to the pages it is given. */
export async function openBrowser() {
  const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (path) => path && existsSync(path),
  );
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Every kind of page with one address of each, found by following the demo's own JSON. */
export async function everyPage(url) {
  const get = async (path) => (await fetch(new URL(path, url))).json();
  const call = await readoutStory(url);
  const story = await get(`s/${call.id}.json`);
  const accounts = story.accounts ?? story.members ?? [];
  const article = accounts[0].id ?? accounts[0].article?.id ?? accounts[0].article;
  const storyline = await firstStoryline(get);
  const outlets = await get("sources.json");
  const most = (buckets) => buckets.reduce((a, b) => (b.sentences > a.sentences ? b : a));
  const busiest = most((await get(`t/${call.topic}/timeline.json`)).buckets);
  const month = most((await get(`t/${call.topic}/timeline.json?zoom=${busiest.zoom}`)).buckets);
  const outlet = JSON.stringify(outlets).match(/"slug":"([^"]+)"/)[1];
  return {
    desk: "",
    topics: "t",
    topic: `t/${call.topic}`,
    timeline: `t/${call.topic}/timeline`,
    "timeline-year": `t/${call.topic}/timeline?zoom=${busiest.from.slice(0, 4)}`,
    "timeline-month": `t/${call.topic}/timeline?zoom=${month.from.slice(0, 7)}`,
    "timeline-table": `t/${call.topic}/timeline?zoom=${busiest.from.slice(0, 4)}&view=table`,
    "story-timeline": `s/${call.id}/timeline?zoom=${month.from.slice(0, 7)}`,
    story: `s/${call.id}`,
    compare: `s/${call.id}/compare`,
    tree: `s/${call.id}/tree`,
    "tree-list": `s/${call.id}/tree?view=list`,
    log: `s/${call.id}/log`,
    storylines: "l",
    storyline,
    "storyline-timeline": `${storyline.split("-")[0]}/timeline`,
    article: `a/${article}`,
    revision: `a/${article}/r/1`,
    revisions: "revisions",
    outlet: `o/${outlet}`,
    sources: "sources",
    search: "q?q=hotline",
    "search-error": "q?q=outlett:x",
    start: "start",
    help: "help",
    method: "method",
    missing: "s/999999",
  };
}

/** The first storyline; they are drawn as stories settle, some seconds after the demo begins. */
async function firstStoryline(get) {
  for (let tries = 0; tries < 120; tries += 1) {
    const { storylines } = await get("l.json");
    if (storylines.length > 0) return storylines[0].path.slice(1);
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error("no storyline was drawn within a minute");
}

/** The story of the call of which both sides published a readout. */
export async function readoutStory(url) {
  const hits = await (await fetch(new URL("q.json?q=kind:official", url))).json();
  const items = hits.items ?? hits.hits ?? hits.articles ?? [];
  const counted = new Map();
  for (const item of items) {
    const story = item.story?.id ?? item.story;
    if (story) counted.set(story, (counted.get(story) ?? 0) + 1);
  }
  const [id] = [...counted.entries()].sort((a, b) => b[1] - a[1])[0];
  const topics = JSON.stringify(await (await fetch(new URL("t.json", url))).json());
  return { id, topic: topics.match(/"slug":"([^"]+)"/)[1] };
}
