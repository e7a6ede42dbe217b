// SPDX-License-Identifier: Apache-2.0
// How leads end at a desk with ways of its own: in two languages, with times and places, by keys, and other rules while a note is being written.
import assert from "node:assert/strict";
import {accessible, device, end, fitsIn, outside, say, shot, signIn} from "./stage.mjs";

const OWN = `dispositions:
  bought: {label: Bought it, class: won, texts: {it: Comprato, de: Gekauft}}
  again: {label: Call again, class: later, then: call_back, after: 2h, at_least: 1h, at_most: 3d, texts: {it-IT: Richiamare}}
  visit: {label: We visit them, class: later, then: appointment, at_most: 30d, texts: {it: Andiamo da loro}}
  odd: {label: Look at it, class: bad, then: park}
  never: {label: Never call, class: do_not_call}
`;
const text = await outside("desk");
const WHY = "decline_reasons: {no-time: {label: No time, texts: {it: Non ho tempo}}, wrong-language: Not my language}\n";
const PEOPLE = "people: {join: yes}\n";
const withWays = (ways) => text.replace(/^dispositions:\n( .*\n)+/m, ways) + WHY + PEOPLE;
const buttons = (page) => page.locator(".card.lead:not([hidden]) .ends button");
const mail = (name) => ({address: `${name.toLowerCase()}@example.com`, key: `${name.toLowerCase()}@example.com`});
const lead = (name) => ({name, product: "solar panels", phones: [], emails: [mail(name)]});
const inputTime = (ms) => {
  const date = new Date(Date.now() + ms);
  return new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
};

async function take(page, name) {
  const id = await outside("publish", lead(name));
  await page.waitForSelector(".card.offer");
  await page.keyboard.press("a");
  await page.locator(".card.lead", {hasText: name}).waitFor();
  return id;
}

const stateOf = async (id, state) => assert.ok(await outside("until", id, state));

// ---- other rules come while a note is being written
const desk = await device("ways");
await signIn(desk);
await desk.waitForSelector(".state.available");
const first = await take(desk, "Giulia");
assert.deepEqual(await buttons(desk).evaluateAll((all) => all.map((one) => one.dataset.name)), ["won", "later"]);
assert.equal(await desk.locator(".card.lead .when").isVisible(), false);
await desk.keyboard.press("n");
await desk.keyboard.type("likes the blue ones");
assert.equal(await outside("apply", withWays(OWN)), 0);
await desk.locator(".card.lead .ends button", {hasText: "Bought it"}).waitFor();
assert.equal(await desk.inputValue(".card.lead textarea:focus"), "likes the blue ones");
assert.deepEqual(await buttons(desk).evaluateAll((all) => all.map((one) => one.textContent.replace(/\d+ h.*/, "…"))),
  ["Bought it1", "Call again2again in …", "We visit them3appointment, with a time", "Look at it4somebody looks at it", "Never call5never again"]);
await accessible(desk, "ways of the desk's own");
await fitsIn(desk, 360);
await desk.setViewportSize({width: 1200, height: 900});
await shot(desk, "dispositions");
say("the rules' dispositions came while a note was being written");

// ---- accept, note, disposition are three keys still
await desk.keyboard.press("Alt+1");
await desk.click(".undo .now");
await desk.waitForSelector(".card.lead", {state: "detached"});
await stateOf(first, "completed");
say("ended by the third key");

// ---- called back: when the rules say, or when the rep says within what they allow
const second = await take(desk, "Marco");

// ---- the same person comes by another door: what each contact says for itself
await outside("publish", {name: "Marco B.", product: "", source: "hook", phones: [], emails: [mail("Marco")], called_number: "+390299900011",
                          attributes: {menu: "<2>"}, recording: {url: "https://calls.example.com/r/1", duration_s: 42},
                          attachments: [{file_name: "roof.jpg", media_type: "image/jpeg", size_bytes: 1234567}]});
const joined = desk.locator(".card.lead .contacts li");
await joined.waitFor({state: "attached"});
assert.match(await joined.textContent(),
  /^Contact 2: Form, \w+ \d+, \d{4}, \d+:\d\d.{0,3}Marco B\.Listen to the message \(42 s\)Number called\+390299900011Sourcehook.*Filesroof\.jpg \(image\/jpeg, 1\.2 MB\)menu<2>$/);
assert.equal(await joined.locator("a").getAttribute("href"), "https://calls.example.com/r/1");
await desk.click(".card.lead summary");
await accessible(desk, "two contacts of one person");
assert.deepEqual(await desk.evaluate(async () => {
  const {heading} = await import("/static/lead_view.mjs");
  return [{lead: {is_test: true}}, {lead: {}, contacts: [{is_test: true}]}, {lead: {}}].map((row) => heading(row, 3).querySelector(".test")?.textContent ?? "");
}), ["TEST: not a real person", "TEST: not a real person", ""]);
say("a contact that joined shows by which door it came, and what it brought; a test is marked as one");

await desk.keyboard.press("2");
await desk.click(".undo .now");
await stateOf(second, "scheduled");
const third = await take(desk, "Paola");
await desk.fill(".card.lead [type=datetime-local]", inputTime(30 * 60000));
await desk.keyboard.press("Alt+2");
assert.match(await desk.textContent(".card.lead .wrong"), /Too early: “Call again” is at least 1 h 0 min from now/);
await accessible(desk, "a time that is too early");
await desk.fill(".card.lead [type=datetime-local]", inputTime(10 * 86400000));
assert.equal(await desk.textContent(".card.lead .wrong"), "");
await desk.keyboard.press("Alt+2");
assert.match(await desk.textContent(".card.lead .wrong"), /Too late: “Call again” is at most 3 days from now/);
await desk.fill(".card.lead [type=datetime-local]", inputTime(5 * 3600000));
await desk.keyboard.press("Alt+2");
await desk.click(".undo .now");
await stateOf(third, "scheduled");
say("called back by the rules' time, and by the rep's within what they allow");

// ---- an appointment needs a time, and has a place
const fourth = await take(desk, "Luca");
await desk.keyboard.press("3");
await desk.waitForSelector(".card.lead [type=datetime-local][aria-invalid=true]:focus");
assert.match(await desk.textContent(".card.lead .wrong"), /“We visit them” needs a time/);
await accessible(desk, "an appointment without a time");
await shot(desk, "needs-time");
await desk.fill(".card.lead [type=datetime-local]", inputTime(26 * 3600000));
await desk.fill(".card.lead .where input", "Via Roma 1, Bergamo");
await desk.keyboard.press("Alt+3");
await desk.click(".undo .now");
await stateOf(fourth, "scheduled");
say("an appointment with its time and place");

// ---- whom to hand a lead on to is what the rules have: a few as buttons, many as a list
await take(desk, "Otto");
const targets = () => desk.locator("#ask .choices button").evaluateAll((all) => all.map((one) => one.textContent));
await desk.keyboard.press("h");
await desk.waitForSelector("#ask[open]");
assert.deepEqual(await targets(), ["Solar panels", "Heat pumps", "Inside sales", "Outside sales", "Bruno Ferri", "Back to who had it", "Cancel"]);
await accessible(desk, "whom the rules have");
await desk.keyboard.press("Escape");
const more = Array.from({length: 12}, (_, number) => `  rep${number}: {label: Rep ${number}, team: inside, capacity: 1}\n`).join("");
const renewed = desk.waitForResponse(/\/api\/v1\/session$/);
assert.equal(await outside("apply", withWays(OWN).replace("rules:\n", `${more}rules:\n`)), 0);
await (await renewed).finished();
for (let tries = 0; tries < 100 && (await desk.locator("#ask[open] select").count()) === 0; tries++) {   // what has arrived is in force a moment later
  await desk.keyboard.press("Escape");
  await desk.keyboard.press("h");
  await desk.waitForSelector("#ask[open]");
}
assert.equal(await desk.locator("#ask select option").count(), 13);
await accessible(desk, "a list of many");
await desk.selectOption("#ask select", "bruno");
await desk.getByRole("button", {name: "Hand on: Rep"}).click();
await desk.click(".undo .now");
await desk.waitForSelector(".card.lead", {state: "detached"});
await desk.keyboard.press("b");
await desk.waitForSelector("#ask[open]");
await accessible(desk, "why a break is taken");
assert.deepEqual(await desk.locator("#ask button").allTextContents(), ["Lunch", "Cancel"]);
await desk.keyboard.press("Escape");
say("whom to hand on to, and why a break is taken, are the rules'");

// ---- the same in Italian, on a phone
const fifth = await outside("publish", lead("Ada"));
const phone = await device("ways-phone", {locale: "it-IT", viewport: {width: 360, height: 780}});
await signIn(phone);
await phone.click(".accept");
await phone.waitForSelector(".card.lead");
assert.deepEqual(await buttons(phone).evaluateAll((all) => all.map((one) => one.textContent.replace(/\d+ h.*/, "…"))),
  ["Comprato1", "Richiamare2di nuovo tra …", "Andiamo da loro3appuntamento, con un orario", "Look at it4qualcuno lo guarda", "Never call5mai più"]);
await fitsIn(phone, 360);
await accessible(phone, "in Italian");
await shot(phone, "dispositions-phone");
await buttons(phone).nth(3).click();
await phone.click(".undo .now");
await stateOf(fifth, "parked");
await phone.locator("#state [data-act=break]").click();
assert.deepEqual(await phone.locator("#ask button").allTextContents(), ["Pranzo", "Annulla"]);
await phone.keyboard.press("Escape");
const sixth = await outside("publish", lead("Bea"));
await phone.click(".decline");
assert.deepEqual((await phone.locator("#ask .choices button").allTextContents()).map((one) => one.replace(/\d$/, "")), ["Non ho tempo", "Not my language", "Annulla"]);
await accessible(phone, "why it is declined, in Italian");
await phone.locator("#ask").getByRole("button", {name: "Non ho tempo"}).click();
await phone.waitForSelector(".card.offer", {state: "detached"});
assert.deepEqual((await outside("lead", sixth)).decisions.filter(({outcome}) => outcome === "declined").map(({reason}) => reason), ["no-time"]);
say("in Italian, where the rules have the words, else as they name it");

await end();
