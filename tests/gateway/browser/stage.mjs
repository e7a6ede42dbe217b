// SPDX-License-Identifier: Apache-2.0
// What the stories share: the browser, the world outside of it, and what is asked of every page.
import assert from "node:assert/strict";
import fs from "node:fs";
import {createRequire} from "node:module";
import readline from "node:readline";
import {chromium} from "playwright-core";

const lines = readline.createInterface({input: process.stdin})[Symbol.asyncIterator]();
const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const {CHROMIUM, PASSWORD, PROFILE, SHOTS} = process.env;
export const {DESK} = process.env;

// Something outside of the browser: see browser_test.py.
export async function outside(...words) {
  process.stdout.write(`${JSON.stringify(words)}\n`);
  return JSON.parse((await lines.next()).value);
}

export const say = (text) => process.stdout.write(`${text}\n`);

// A browser of its own for each name, as if each was another machine.
export async function device(name, options = {}) {
  const context = await chromium.launchPersistentContext(`${PROFILE}-${name}`, {
    executablePath: CHROMIUM, headless: true, chromiumSandbox: false, locale: "en-GB", viewport: {width: 1200, height: 900},
    args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ...options,
  });
  const page = context.pages()[0];
  page.setDefaultTimeout(20000);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)) && say(`page: ${error}`));
  // What the network did not give is told on the page, and by the browser as an error too.
  page.on("console", (message) => message.type() === "error" && !/^Failed to load resource/.test(message.text()) && page.faults.push(message.text()));
  return page;
}

export async function signIn(page, user = "anna", where = "desk") {
  await page.goto(`${DESK}/${where}`);
  await page.waitForSelector("#form button:enabled");
  await page.fill("#user", user);
  await page.fill("#password", PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/${where}`);
  await page.waitForSelector(where === "desk" ? "#state .state" : "#health.state");
}

// Each answer comes so much later, and so many bytes a second at most; -1: as many as come.
export async function slow(page, latency, bytes) {
  page.line ??= await page.context().newCDPSession(page);
  await page.line.send("Network.emulateNetworkConditions", {offline: false, latency, downloadThroughput: bytes, uploadThroughput: bytes});
}

// fullPage false: what is on the screen, of a page that is very long.
export const shot = (page, name, fullPage = true) => page.screenshot({path: `${SHOTS}/${name}.png`, fullPage, timeout: 60000});

// No finding of axe-core that is serious or critical; nothing that scripts or the content security policy complained of.
export async function accessible(page, where) {
  await page.waitForSelector("body:not([data-away])");
  await page.evaluate(axeSource);
  const {violations} = await page.evaluate(() => globalThis.axe.run(document, {resultTypes: ["violations"]}));
  const grave = violations.filter(({impact}) => impact === "serious" || impact === "critical");
  assert.deepEqual(grave.map(({id, nodes}) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`), [], where);
  assert.deepEqual(page.faults, [], where);
}

// Plots take their new size a moment after the page has.
export async function fitsIn(page, width) {
  await page.setViewportSize({width, height: 780});
  const fits = await page.waitForFunction((limit) => document.documentElement.scrollWidth <= limit, width).catch(() => null);
  assert.ok(fits, `the page is ${await page.evaluate(() => document.documentElement.scrollWidth)} wide on a screen of ${width}`);
}
