// SPDX-License-Identifier: Apache-2.0
// A rep's day without a mouse: signed in, declined with a reason, done in three keys, handed on in each way, pulled from the shared list, signed out. What is
// known of a customer is on the offer. Any event of a mouse or a finger is a fault.
import assert from "node:assert/strict";
import {DESK, accessible, device, end, outside, say, shot} from "./stage.mjs";

const PASSWORD = process.env.PASSWORD;
const person = (name, product) => ({name, product, phones: [], emails: [{address: `${name.toLowerCase()}@example.com`, key: `${name.toLowerCase()}@example.com`}]});

async function withoutMouse(name) {
  const page = await device(name);
  await page.addInitScript(() => {
    for (const event of ["mousedown", "pointerdown", "touchstart", "mousemove"]) addEventListener(event, () => console.error(`${event} in a story without a mouse`), true);
  });
  return page;
}

// By Tab, as somebody would who sees where the focus is.
async function tabTo(page, selector) {
  for (let presses = 0; presses < 80; presses++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`no way to ${selector} by the keyboard`);
}

async function press(page, selector) {
  await tabTo(page, selector);
  await page.keyboard.press("Enter");
}

async function signInByKeys(page, user) {
  await page.goto(`${DESK}/desk`);
  await page.waitForSelector("#form button:enabled");
  await tabTo(page, "#user");
  await page.keyboard.type(user);
  await tabTo(page, "#password");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/desk");
  await page.waitForSelector("#state .state");
}

async function take(page) {
  await page.waitForSelector(".card.offer");
  await page.keyboard.press("a");
  await page.waitForSelector(".card.lead");
}

// What waits to be undone is done now; so many leads are left.
async function now(page, left = 0) {
  await page.waitForSelector(".undo");
  await press(page, ".undo .now");
  await page.waitForSelector(".undo", {state: "detached"});
  await page.waitForFunction((count) => document.querySelectorAll(".card.lead").length === count, left);
}

// By the number of the button in the dialog.
async function handOn(page, number) {
  await page.keyboard.press("h");
  await page.waitForSelector("#ask[open]");
  await page.keyboard.press(`${number}`);
  await now(page);
}

const rules = (await outside("desk")).replace("  - name: everyone\n", "  - name: someday\n    when: {product: {contains: [someday]}}\n  - name: everyone\n");
assert.equal(await outside("apply", `${rules}queues: {someday: {pull: yes}}\npeople: {join: yes, customer_for: 365d}\ndecline_reasons: [no-time, wrong-language]\n`), 0);
assert.equal(await outside("customers", "email;owner;product\ngiulia@example.com;anna;Roof of 2024\n"), 0);
const anna = await withoutMouse("keyboard");
await signInByKeys(anna, "anna");
await anna.waitForSelector(".state.available");

// ---- all that is known of a person, and a decline with its reason
const giulia = await outside("publish", person("Giulia", "solar panels"));
await anna.waitForSelector(".card.offer");
assert.equal(await outside("publish", person("Giulia", "solar battery")), giulia);
await anna.locator(".card.offer .contacts li", {hasText: "Contact 2: Form"}).waitFor({state: "attached"});
const card = await anna.textContent(".card.offer");
assert.match(card, /Giulia.*Customer: Roof of 2024, \w+ \d+, \d{4}/s);
assert.match(card, /Contact 2: Form.*solar battery/s);
assert.equal(await anna.locator(".card.offer .stranger").count(), 0);
await press(anna, ".card.offer summary");
await anna.waitForSelector(".card.offer details[open]");
await accessible(anna, "a customer's offer");
await shot(anna, "customer");
await anna.keyboard.press("d");
await anna.waitForSelector("#ask[open]");
await anna.keyboard.press("2");
await anna.waitForSelector(".card.offer", {state: "detached"});
assert.deepEqual((await outside("lead", giulia)).decisions.filter(({outcome}) => outcome === "declined").map(({rep, reason}) => [rep, reason]), [["anna", "wrong-language"]]);
say("a customer is known with all contacts, and declined with a reason");

// ---- three keys
const rita = await outside("publish", person("Rita", "solar panels"));
await take(anna);
assert.equal(await anna.textContent(".card.lead .stranger"), "Not a customer so far");
const marco = await outside("publish", person("Marco", "solar panels"));
await anna.waitForSelector(".card.offer");
await anna.keyboard.press("a");   // the keys are for this one from now on, though another was in hand before
await anna.waitForSelector(`.card.lead[data-current][aria-labelledby="name-${marco}"]`);
await anna.keyboard.press("n");
await anna.keyboard.insertText("à".repeat(251));   // 502 bytes
await anna.keyboard.press("Alt+1");
await anna.waitForSelector(`#note-${marco}[aria-invalid=true]:focus`);
assert.match(await anna.textContent(`#long-${marco}`), /too long: it has 502 bytes, 500 at most/);
assert.equal(await anna.locator(".undo").count(), 0);
await accessible(anna, "a note that is too long for its lead");
await anna.keyboard.press("Control+a");
await anna.keyboard.type("ordered 6 kW");
assert.equal(await anna.textContent(`#long-${marco}`), "");
await anna.keyboard.press("Alt+1");
await now(anna, 1);
await outside("until", marco, "completed");
assert.equal((await outside("lead", rita)).state, "assigned");
await anna.keyboard.press("1");
await now(anna);
await outside("until", rita, "completed");
say("accepted, noted and ended by three keys, whatever else is in hand");

// ---- handed on: to a skill, back, to a team, to a rep outside with an appointment
const paola = await outside("publish", person("Paola", "a question"));
await take(anna);
const bruno = await withoutMouse("keyboard-outside");
await signInByKeys(bruno, "bruno");
await handOn(anna, 1);
await take(bruno);
await handOn(bruno, 4);
await take(anna);
await handOn(anna, 2);
await take(bruno);
await handOn(bruno, 4);
await take(anna);
await anna.keyboard.press("h");
await anna.waitForSelector("#ask[open]");
await tabTo(anna, "#transfer-note");
await anna.keyboard.type("n".repeat(501));
await anna.keyboard.press("Alt+3");
assert.match(await anna.textContent("#ask #transfer-wrong"), /too long/);
assert.equal(await anna.evaluate(() => document.activeElement.id), "transfer-note");
await accessible(anna, "a note that is too long");
await anna.keyboard.press("Control+a");
await anna.keyboard.type("wants it before winter");
assert.equal(await anna.textContent("#ask #transfer-wrong"), "");
await tabTo(anna, "#transfer-at");
// The day has the number of its month, and an a is for clocks of twelve hours: so it is typed in the order of any country.
const soon = [0, 1, 2].map((later) => new Date(Date.now() + (2 + 31 * later) * 86400000)).flatMap((date) => [date.getFullYear(), date.getFullYear() + 1].map((year) => [year, date.getMonth() + 1]))
  .map(([year, number]) => `${year}-${String(number).padStart(2, "0")}-${String(number).padStart(2, "0")}`).filter((date) => new Date(date) > Date.now() + 86400000).sort()[0];
const [year, month] = soon.split("-");
await anna.keyboard.type(`${month}${month}${year}`);
await anna.keyboard.press("ArrowRight");
await anna.keyboard.type("1111a");
assert.equal(await anna.inputValue("#transfer-at"), `${soon}T11:11`);
await tabTo(anna, "#transfer-place");
await anna.keyboard.type("Via Roma 1, Bergamo");
await accessible(anna, "an appointment for a colleague outside");
await anna.keyboard.press("Alt+3");
await now(anna);
await bruno.waitForSelector(".card.offer");
assert.match(await bruno.textContent(".card.offer"), /Note from anna: wants it before winter.*Fromanna.*Appointment.*11:11\sAM, Via Roma 1, Bergamo/s);
await accessible(bruno, "an offer with a note");
await take(bruno);
assert.equal((await outside("lead", paola)).state, "assigned");
await bruno.keyboard.press("1");
await now(bruno);
say("handed on by skill, back, by team, and to a rep outside with an appointment");

// ---- the shared list
const fausta = await outside("publish", person("Fausta", "someday a new roof"));
await press(anna, "#shared .rows > button");
await anna.waitForSelector("#shared .row");
await accessible(anna, "the shared list");
await press(anna, "#shared .row button");
await anna.waitForSelector(".card.lead");
assert.match(await anna.textContent(".card.lead"), /Fausta/);
await anna.keyboard.press("1");
await now(anna);
await outside("until", fausta, "completed");
say("taken from the shared list");

// ---- a break with its reason, at once, and back
await anna.waitForSelector(".state.available");
await anna.keyboard.press("b");
await anna.waitForSelector("#ask[open]");
await anna.keyboard.press("1");
await anna.waitForSelector(".state.break");
assert.match(await anna.textContent(".state.break"), /^On a break \(Lunch\)/);
await anna.keyboard.press("b");
await anna.waitForSelector(".state.available");
say("on a break for lunch, and back from it");

await press(anna, "#menu button:last-child");
await anna.waitForURL("**/sign-in");
say("signed out");
await end();
