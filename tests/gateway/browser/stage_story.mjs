// SPDX-License-Identifier: Apache-2.0
// The stage itself: what no page may do is planted on one, and each is noticed, also on a page that is opened later.
import assert from "node:assert/strict";
import {DESK, accessible, device, end, mayFail, say, takeFaults} from "./stage.mjs";

const first = await device("stage");
await first.goto(`${DESK}/sign-in`);
await first.waitForSelector("#form button:enabled");
await accessible(first, "nothing is planted");

// What `plant` does on the page, and the faults that are told of it.
async function told(page, event, what, plant) {
  const noticed = page.context().waitForEvent(event, {predicate: what});
  await page.evaluate(plant);
  await noticed;
  return takeFaults();
}

async function plantEach(page) {
  assert.deepEqual(await told(page, "console", (message) => message.text() === "planted", () => console.error("planted")), ["console: planted"]);

  assert.deepEqual(await told(page, "weberror", () => true, () => void setTimeout(() => {
    throw new Error("planted");
  })), ["page: Error: planted"]);

  const style = await told(page, "console", (message) => /^content security policy/.test(message.text()), () => document.body.setAttribute("style", "color: red"));
  assert.ok(style.includes("console: content security policy: style-src-attr inline"), style.join("\n"));

  assert.deepEqual(await told(page, "response", (answer) => answer.status() === 404, () => void fetch("/planted")), ["request: GET /planted 404"]);

  await page.evaluate(() => document.querySelector("main").append(document.createElement("button")));
  await assert.rejects(accessible(page, "a button without a label"), /button-name/);
  await page.evaluate(() => document.querySelector("main > button:last-child").remove());
  await accessible(page, "nothing is left");
}

await plantEach(first);
say("each fault on a page is noticed");

const [second] = await Promise.all([first.context().waitForEvent("page"), first.evaluate(() => void window.open("/sign-in", "_blank", "noopener"))]);
await second.waitForSelector("#form button:enabled");
await plantEach(second);
say("and on a page that another opened");

mayFail(/^request: GET \/planted 404$/);
assert.deepEqual(await told(first, "response", (answer) => answer.status() === 404, () => void fetch("/planted")), []);
say("what a story breaks on purpose is none");

await end();
