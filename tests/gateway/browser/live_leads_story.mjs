// SPDX-License-Identifier: Apache-2.0
// A full house: 500 leads wait or are parked, a rep has 20 in hand and more are offered, and both pages go on as with one.
import assert from "node:assert/strict";
import {WITHOUT_BROKER, accessible, device, end, fitsIn, mayFail, outside, say, shot, signIn} from "./stage.mjs";

const WAITING = 390, PARKED = 110, IN_HAND = 20, LEADS_SHOWN = 200, PARKED_SHOWN = 100;
const rows = (page, place) => page.locator(`#${place} tbody tr`);
const row = (page, place, text) => page.locator(`#${place} tbody tr`, {hasText: text});
const counts = (page, selector, count) => page.waitForFunction(([what, wanted]) => document.querySelectorAll(what).length === wanted, [selector, count]);

const text = await outside("desk");
assert.equal(await outside("apply", text.replace("policy: least_loaded", "policy: weighted").replace("team: inside, capacity: 2", "team: inside, share: 30, capacity: 22")
  .replace("offer_timeout: 45s", "offer_timeout: 10m")), 0);

// ---- a rep with many in hand
const desk = await device("full-desk");
await signIn(desk);
await desk.waitForSelector(".state.available");
assert.equal(await outside("publish-many", "solar panels", IN_HAND), 0);
await counts(desk, ".card.offer", IN_HAND);
await shot(desk, "many-offers", false);
for (let taken = 1; taken <= IN_HAND; taken++) {
  await desk.keyboard.press("a");
  await counts(desk, ".card.lead", taken);
}
assert.match(await desk.textContent("#who"), /20 of 22 in hand/);
assert.equal(await desk.locator(".card.offer").count(), 0);
const current = () => desk.getAttribute(".card.lead[data-current]", "aria-labelledby");
assert.equal(await desk.locator(".card.lead").nth(IN_HAND - 1).getAttribute("aria-labelledby"), await current());   // accepted last
await desk.keyboard.press("k");
await desk.keyboard.press("k");
const noted = await current();
assert.equal(await desk.locator(".card.lead").nth(IN_HAND - 3).getAttribute("aria-labelledby"), noted);
await desk.keyboard.press("n");
await desk.keyboard.type("the eighteenth of twenty");
await accessible(desk, "twenty leads in hand");
await shot(desk, "many-leads", false);
say("twenty leads were offered and taken by keys, and one of them is written about");

// ---- 500 more come, for nobody who is there
assert.equal(await outside("publish-many", "heat pump", WAITING), 0);
assert.equal(await outside("publish-many", "a boiler", PARKED), 0);
const ops = await device("full-ops");
await signIn(ops, "maria", "ops");
await ops.waitForFunction(([leads, parked]) => document.querySelectorAll("#leads tbody tr").length === leads && document.querySelectorAll("#parked tbody tr").length === parked,
  [LEADS_SHOWN, PARKED_SHOWN]);
assert.match(await ops.textContent("#leads .more"), new RegExp(`The oldest ${LEADS_SHOWN} of ${WAITING + IN_HAND}`));
assert.match(await ops.textContent("#parked .more"), new RegExp(`The oldest ${PARKED_SHOWN} of ${PARKED}`));
assert.match(await row(ops, "queues", "heatpump").textContent(), new RegExp(`heatpump${WAITING}`));
assert.match(await row(ops, "reps", "Anna Conti").textContent(), /20\/22/);
assert.ok(await ops.evaluate(() => document.querySelector("#leads .scroll").clientHeight < document.querySelector("#leads table").clientHeight));
await accessible(ops, "500 leads");
await shot(ops, "ops-500", false);
say("500 leads wait or are parked: lists are bounded, and say of how many");

// ---- what is in focus stays while the lists change under it
const act = rows(ops, "leads").nth(40).getByRole("button", {name: "Act", exact: true});
await act.focus();
await ops.evaluate(() => (globalThis.held = document.activeElement));
const oldest = await rows(ops, "parked").first().getByRole("button").first().textContent();
assert.equal(await outside("cancel", oldest), 0);
await row(ops, "parked", oldest).waitFor({state: "detached"});
await counts(ops, "#parked tbody tr", PARKED_SHOWN);
assert.ok(await ops.evaluate(() => globalThis.held === document.activeElement && globalThis.held.isConnected));
await ops.keyboard.press("Enter");
await ops.waitForSelector("#ask[open]");
await ops.fill("#act-reason", "one of many");
await ops.keyboard.press("Escape");
await ops.waitForSelector("#ask:not([open])", {state: "attached"});
await ops.locator("#main").focus();
const next = await ops.locator("#parked tr[data-current] .id-button").textContent();
await ops.keyboard.press("j");
assert.notEqual(await ops.locator("#parked tr[data-current] .id-button").textContent(), next);
await ops.keyboard.press("r");
await ops.locator("#notices .notice", {hasText: "Release"}).waitFor();
await ops.fill("#story-id", oldest);
await ops.keyboard.press("Enter");
await ops.locator("#story .told h3").first().waitFor();
say("lists change under what is in focus, acts and stories go on");

// ---- the ledger of a desk that deals by shares
await row(ops, "ledger", "Anna Conti").filter({hasText: "Present"}).waitFor();
assert.match(await row(ops, "ledger", "Anna Conti").textContent(), /^1Anna Conti30/);
assert.match(await row(ops, "ledger", "Bruno Ferri").textContent(), /^–Bruno Ferri10.*Not there/);
say("the fair share ledger has its rows");

// ---- the doors
await row(ops, "workers", "web").filter({hasText: "Works"}).waitFor();
assert.equal(await outside("post", "contact-form", "{"), 400);
await row(ops, "workers", "web").filter({hasText: "1 not readable"}).waitFor();
mayFail(WITHOUT_BROKER);
await outside("kill-broker");
await ops.waitForSelector("#banner:not([hidden])");
assert.equal(await outside("post", "hook", JSON.stringify({name: "Ada", phone: "02 555 99999", product: "solar panels"})), 202);
await row(ops, "workers", "web").filter({hasText: /Without the broker.*Contacts wait for the broker/}).waitFor();
const banner = await ops.locator("#banner").boundingBox();   // wherever the page is scrolled to
assert.ok(banner.y >= 0 && banner.y + banner.height <= 900, JSON.stringify(banner));
await shot(ops, "ops-doors", false);
await outside("start-broker");
await ops.waitForSelector("#banner", {state: "hidden"});
await row(ops, "workers", "web").filter({hasText: "Works"}).waitFor();
await accessible(ops, "the doors");
say("the doors: an error, what was held while the broker was away, and that it is handed over");

// ---- the rep's page all the while
await desk.locator(".card.offer", {hasText: "Ada"}).waitFor();
assert.equal(await desk.locator(".card.lead").count(), IN_HAND);
assert.equal(await desk.inputValue(`.card.lead[aria-labelledby="${noted}"] textarea`), "the eighteenth of twenty");
await desk.keyboard.press("Alt+1");
await desk.click(".undo .now");
await counts(desk, ".card.lead", IN_HAND - 1);
await desk.click(".accept");
await desk.locator(".card.lead", {hasText: "Ada"}).waitFor();
await accessible(desk, "twenty leads, one done and one more");
await fitsIn(desk, 360);
await fitsIn(ops, 360);
say("the rep ends one of twenty and takes another");

// ---- where the rep stands in the fair share, and why leads that wait, and those that a colleague got, were not for them
const bruno = await device("full-colleague");
await signIn(bruno, "bruno");
await counts(bruno, ".card.offer", 2);
await desk.reload();
await desk.locator("#day .reasons li", {hasText: new RegExp(`^${WAITING - 2} waiting now: not for you \\(lacks a skill`)}).waitFor();
await desk.locator("#day .reasons li", {hasText: /^2 × not for you \(lacks a skill/}).waitFor();
await desk.locator("#day dl", {hasText: new RegExp(`^Accepted${IN_HAND + 1}Completed1Declined0Missed0`)}).waitFor();
assert.match(await desk.textContent("#day .share"), /^In the fair share you are number [12] of 2 · you (have|had|are owed) /);
await counts(desk, ".card.lead", IN_HAND);
say("the rep sees their place in the fair share, and why they got no more");

await end();
