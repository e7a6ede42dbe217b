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

// ---- what no page may do: throw, complain on the console, break the content security policy, ask for what it does not get

// The page of sign-in asks whether somebody is signed in.
const devices = [], expected = [/^request: GET \/api\/v1\/session 401$/];
let faults = [], ended = false;

function fault(text) {
  if (expected.some((pattern) => pattern.test(text))) return;
  faults.push(text);
  say(`fault: ${text}`);
}

// What the gateway answers while its broker is away.
export const WITHOUT_BROKER = /^request: \w+ \/api\/v1\/\S+ 50[34]$/;

// Requests that the story breaks on purpose, from now on: each pattern is of `request: METHOD /path STATUS-OR-ERROR`.
export const mayFail = (...patterns) => expected.push(...patterns);

// What was seen so far; it is forgotten then.
export function takeFaults() {
  const seen = faults;
  faults = [];
  return seen;
}

const named = (request) => `request: ${request.method()} ${new URL(request.url()).pathname}`;

// Of all pages of the device, also of those that are opened later.
async function watch(context) {
  devices.push(context);
  context.on("weberror", (thrown) => fault(`page: ${thrown.error()}`));
  // What the network did not give is a fault as a request: the browser's own line about it says less.
  context.on("console", (message) => message.type() === "error" && !/^Failed to load resource/.test(message.text()) && fault(`console: ${message.text()}`));
  context.on("response", (answer) => answer.status() >= 400 && fault(`${named(answer.request())} ${answer.status()}`));
  // Who leaves a page, or closes a stream, breaks off what is under way.
  context.on("requestfailed", (request) => request.failure()?.errorText !== "net::ERR_ABORTED" && fault(`${named(request)} ${request.failure()?.errorText}`));
  await context.addInitScript(() => addEventListener("securitypolicyviolation",
    ({effectiveDirective, blockedURI}) => console.error(`content security policy: ${effectiveDirective} ${blockedURI}`)));
}

// The end of each story: nothing was wrong on any page, wherever it was.
export async function end() {
  const open = devices.flatMap((context) => context.pages());
  await Promise.all(open.map((page) => page.evaluate("0")));   // what it complained of before has arrived then
  assert.deepEqual(faults, []);
  ended = true;
  await Promise.all(devices.map((context) => context.close()));
  process.exit(0);
}

process.on("exit", (code) => {
  if (code !== 0 || ended) return;
  say("the story is over, and nobody asked for its faults");
  process.exitCode = 1;
});

// ---- devices and what is done with them

// A browser of its own for each name, as if each was another machine.
export async function device(name, options = {}) {
  const context = await chromium.launchPersistentContext(`${PROFILE}-${name}`, {
    executablePath: CHROMIUM, headless: true, chromiumSandbox: false, locale: "en-GB", viewport: {width: 1200, height: 900},
    args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ...options,
  });
  await watch(context);
  const page = context.pages()[0];
  page.setDefaultTimeout(20000);
  return page;
}

// What a page asks for while the service worker takes it over may pass by page.route.
const hasWorker = (page) => page.evaluate(() => new Promise((resolve) => {
  if (navigator.serviceWorker.controller) resolve();
  navigator.serviceWorker.addEventListener("controllerchange", () => resolve());
}));

export async function signIn(page, user = "anna", where = "desk") {
  await page.goto(`${DESK}/${where}`);
  await page.waitForSelector("#form button:enabled");
  await page.fill("#user", user);
  await page.fill("#password", PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/${where}`);
  await page.waitForSelector(where === "desk" ? "#state .state" : "#health.state");
  if (where === "desk") await hasWorker(page);
}

// Each answer comes so much later, and so many bytes a second at most; -1: as many as come.
export async function slow(page, latency, bytes) {
  page.line ??= await page.context().newCDPSession(page);
  await page.line.send("Network.emulateNetworkConditions", {offline: false, latency, downloadThroughput: bytes, uploadThroughput: bytes});
}

// fullPage false: what is on the screen, of a page that is very long.
export const shot = (page, name, fullPage = true) => page.screenshot({path: `${SHOTS}/${name}.png`, fullPage, timeout: 60000});

// No finding of axe-core that is serious or critical; nothing that scripts or the content security policy complained of.
export async function accessible(page, where, {away = false} = {}) {
  await page.waitForSelector(away ? "body[data-away]" : "body:not([data-away])");
  await page.evaluate(axeSource);
  const {violations} = await page.evaluate(() => globalThis.axe.run(document, {resultTypes: ["violations"]}));
  const grave = violations.filter(({impact}) => impact === "serious" || impact === "critical");
  assert.deepEqual(grave.map(({id, nodes}) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`), [], where);
  assert.deepEqual(faults, [], where);
}

// Plots take their new size a moment after the page has.
export async function fitsIn(page, width) {
  await page.setViewportSize({width, height: 780});
  const fits = await page.waitForFunction((limit) => document.documentElement.scrollWidth <= limit, width).catch(() => null);
  assert.ok(fits, `the page is ${await page.evaluate(() => document.documentElement.scrollWidth)} wide on a screen of ${width}`);
}
