// Takes a picture of every page, wide and narrow, light and dark, into e2e/out; the one in the README too.

import { mkdir } from "node:fs/promises";
import { everyPage, openBrowser, startDemo } from "./support.mjs";

const out = new URL("out/", import.meta.url).pathname;
await mkdir(out, { recursive: true });
const demo = await startDemo();
const browser = await openBrowser();
try {
  const pages = await everyPage(demo.url);
  for (const [kind, path] of Object.entries(pages)) {
    for (const width of [1440, 360]) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        await page.goto(new URL(path, demo.url).href);
        await page.screenshot({ path: `${out}${kind}-${width}-${colorScheme}.png`, fullPage: true });
        if (kind === "compare" && width === 1440 && colorScheme === "light") {
          await page.setViewportSize({ width: 1200, height: 800 });
          await page.screenshot({ path: new URL("../docs/compare.png", import.meta.url).pathname });
        }
        await page.close();
      }
    }
  }
  console.log(`pictures are in ${out}`);
} finally {
  await browser.close();
  await demo.stop();
}
