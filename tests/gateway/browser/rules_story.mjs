// SPDX-License-Identifier: Apache-2.0
// The rules by forms, in short: a level is lowered and leads go to somebody else, a refused value, others' changes meanwhile, back again, by keyboard,
// a rep who comes and goes, a team's manager on a phone.
import assert from "node:assert/strict";
import {accessible, device, end, fitsIn, mayFail, outside, say, shot, signIn} from "./stage.mjs";

const row = (page, place, text) => page.locator(`#forms .${place} tbody tr`, {hasText: text});
const edit = (page, name) => page.getByRole("button", {name: `Edit ${name}`}).click();
const look = (page) => page.getByRole("button", {name: "See what changes"}).click();

async function apply(page, reason) {
  await page.fill("#form-reason", reason);
  await page.locator("#ask").getByRole("button", {name: "Apply"}).click();
  await page.waitForSelector("#ask", {state: "hidden"});
}

const manager = await device("rules-manager");
await signIn(manager, "maria", "ops");
await manager.getByRole("button", {name: "Rules", exact: true}).click();
await row(manager, "of-reps", "Anna Conti").filter({hasText: "Solar panels 8"}).waitFor();
assert.equal(await manager.locator("#queues").isVisible(), false);
await accessible(manager, "the tables of the rules");
const text = await manager.inputValue("#rules-text");

// ---- who gets what, before
const bruno = await device("rules-bruno");
await signIn(bruno, "bruno");
await bruno.waitForSelector(".state.available");

// ---- a value that is refused, beside its field
await edit(manager, "Anna Conti");
await manager.waitForSelector("#ask[open] #form-capacity");
await accessible(manager, "a rep's form");
await shot(manager, "rules-rep");
await manager.fill("#form-skills-solar", "80");
await look(manager);
await manager.waitForSelector("#form-skills-fault:not([hidden])");
assert.match(await manager.textContent("#form-skills-fault"), /^solar: from 1 to 10, not 80$/);
assert.equal(await manager.getAttribute("#form-skills-solar", "aria-invalid"), "true");
await accessible(manager, "a refused value");
await shot(manager, "rules-refused");
say("a value that is refused is told beside its field");

// ---- a level is lowered: told in words, with a reason
await manager.fill("#form-skills-solar", "4");
await look(manager);
await manager.waitForSelector("#ask .words");
assert.deepEqual(await manager.locator("#ask .words li").allTextContents(), ["Anna Conti: Skills, Solar panels: from 8 to 4"]);
await accessible(manager, "what changes");
await shot(manager, "rules-difference");
await manager.locator("#ask").getByRole("button", {name: "Apply"}).click();   // without a reason
await manager.waitForSelector("#form-reason-fault:not([hidden])");
await apply(manager, "back to school");
await row(manager, "of-reps", "Anna Conti").filter({hasText: "Solar panels 4"}).waitFor();
await manager.locator("#rules .versions li", {hasText: "maria · back to school"}).waitFor();
say("a level was lowered with a reason");

// ---- by keyboard: Bruno gets the skill
await manager.getByRole("button", {name: "Edit Bruno Ferri"}).focus();
await manager.keyboard.press("Enter");
await manager.waitForSelector("#ask[open] #form-skills-more");
await manager.focus("#form-skills-more");
await manager.keyboard.press("Tab");
await manager.keyboard.press("Enter");
await manager.keyboard.press("ControlOrMeta+a");
await manager.keyboard.type("9");
await manager.keyboard.press("Enter");
await manager.waitForSelector("#ask .words");
await manager.focus("#form-reason");
await manager.keyboard.type("has learnt");
await manager.keyboard.press("Tab");
await manager.keyboard.press("Enter");
await manager.waitForSelector("#ask", {state: "hidden"});
await row(manager, "of-reps", "Bruno Ferri").filter({hasText: "Solar panels 9"}).waitFor();
await outside("publish", {name: "Giulia Rossi", product: "solar panels"});
await bruno.waitForSelector(".card.offer");
assert.match(await bruno.textContent(".card.offer"), /Giulia Rossi/);
say("the lead went to who has the skill now");

// ---- others change the rules while a form is open: told calmly, nothing is lost
await edit(manager, "Anna Conti");
await manager.fill("#form-capacity", "4");
assert.equal(await outside("apply", text.replace("outside, capacity: 2", "outside, capacity: 7")), 0);
await manager.waitForFunction(() => /outside, capacity: 7/.test(document.querySelector("#rules-text").value));
await look(manager);
await manager.waitForSelector("#ask .words");
assert.deepEqual(await manager.locator("#ask .words li").allTextContents(), ["Anna Conti: Capacity: from 2 to 4"]);
assert.equal(await outside("apply", text.replace("outside, capacity: 2", "outside, capacity: 8")), 0);
await manager.waitForFunction(() => /outside, capacity: 8/.test(document.querySelector("#rules-text").value));
mayFail(/^request: POST \/api\/v1\/ops\/forms 409$/);
await manager.fill("#form-reason", "more room");
await manager.locator("#ask").getByRole("button", {name: "Apply"}).click();
await manager.waitForSelector("#ask .note-of-others");
assert.equal(await manager.inputValue("#form-reason"), "more room");
await accessible(manager, "others were faster");
await shot(manager, "rules-others");
await apply(manager, "more room");
await row(manager, "of-reps", "Anna Conti").filter({hasText: "4"}).waitFor();
assert.match(await manager.inputValue("#rules-text"), /inside, capacity: 4.*outside, capacity: 8/s);
say("others' change stayed, and ours came on top of it");

// ---- a team's hours, a holiday, its share of the day; times that are none are refused beside them
await edit(manager, "Outside sales");
await manager.fill("#form-time_zone", "Europe/Rome");
await manager.getByLabel("Monday, from").fill("09:00");
await manager.getByLabel("Monday, to").fill("18");
await look(manager);
await manager.waitForSelector("#form-hours-fault:not([hidden])");
assert.match(await manager.textContent("#form-hours-fault"), /times of mon must be up to 4, in order/);
await accessible(manager, "a team's form");
await shot(manager, "rules-team");
await manager.getByLabel("Monday, to").fill("13:00");
await manager.getByRole("button", {name: "More times on Monday"}).click();
await manager.keyboard.type("14:00");
await manager.keyboard.press("Tab");
await manager.keyboard.type("18:00");
await manager.fill("#form-holidays-more", "2026-12-25");
await manager.getByRole("button", {name: "Add to Holidays"}).click();
await manager.fill("#form-daily_share", "30");
await manager.fill("#form-per_source-more", "portal");
await manager.getByRole("button", {name: "Add to Leads a day of one source"}).click();
await look(manager);
await manager.waitForSelector("#ask .words");
assert.deepEqual(await manager.locator("#ask .words li").allTextContents(),
  ["Outside sales: Time zone: Europe/Rome is added", "Outside sales: Hours, Monday: 09:00-13:00, 14:00-18:00 is added", "Outside sales: Holidays: 2026-12-25 is added",
    "Outside sales: Share of the day's leads: 30 is added", "Outside sales: Leads a day of one source, portal: 10 is added"]);
await apply(manager, "a contract");
await row(manager, "of-teams", "Outside sales").filter({hasText: /Monday 09:00-13:00, 14:00-18:00.*2026-12-25.*30 %.*portal 10/}).waitFor();
assert.match(await manager.inputValue("#rules-text"), /outside: \{label: Outside sales, time_zone: Europe\/Rome, hours: \{mon: "09:00-13:00, 14:00-18:00"\}, holidays: \[2026-12-25\]/);
say("a team has hours, a holiday, and a share");

// ---- a rep's weight and caps: a cap of a day needs a team that says which day it is
await edit(manager, "Anna Conti");
await manager.fill("#form-share", "20");
await manager.fill("#form-per_hour", "6");
await manager.fill("#form-per_day", "30");
await look(manager);
await manager.waitForSelector("#form-per_day-fault:not([hidden])");
assert.match(await manager.textContent("#form-per_day-fault"), /needs a time zone/);
await manager.fill("#form-per_day", "");
await look(manager);
await manager.waitForSelector("#ask .words");
await manager.locator("#ask").getByRole("button", {name: "Back to the form"}).click();
assert.equal(await manager.inputValue("#form-share"), "20");
await look(manager);
await apply(manager, "sells most");
await row(manager, "of-reps", "Anna Conti").filter({hasText: "6 an hour"}).waitFor();
say("a rep has another weight and a cap");

// ---- a rep comes and goes
await manager.getByRole("button", {name: "Add a skill"}).click();
await manager.waitForSelector("#ask[open]");
await accessible(manager, "a new skill's form");
await manager.keyboard.press("Escape");
await manager.getByRole("button", {name: "Add a rep"}).click();
await look(manager);
await manager.waitForSelector("#form-name-fault:not([hidden])");
await accessible(manager, "a new rep without a name");
await manager.fill("#form-name", "carla");
await manager.fill("#form-label", "Carla Neri");
await manager.selectOption("#form-team", "inside");
await manager.fill("#form-territories-more", "Lazio");
await look(manager);
await manager.waitForSelector("#ask .words");
assert.deepEqual(await manager.locator("#ask .words li").allTextContents(),
  ["carla is added", "carla: Name for people: Carla Neri is added", "carla: Team: Inside sales is added", "carla: Territories: Lazio is added"]);
await apply(manager, "new here");
await row(manager, "of-reps", "Carla Neri").waitFor();
await edit(manager, "Carla Neri");
await manager.getByRole("button", {name: "Remove this rep"}).click();
await manager.waitForSelector("#ask .words");
assert.deepEqual(await manager.locator("#ask .words li").allTextContents(), ["Carla Neri is removed"]);
await apply(manager, "gone again");
await row(manager, "of-reps", "Carla Neri").waitFor({state: "detached"});
say("a rep came and went");

// ---- any version that is kept is reached: those of before are as many more as fit on another two pages
const OLDER = 35;
await manager.route("**/api/v1/ops/rules", async (route) => {
  const answer = await route.fetch(), told = await answer.json();
  const older = told.versions && Array.from({length: OLDER}, (_, at) => ({...told.versions[0], version: at - OLDER + 1, reason: `older ${at}`}));
  await route.fulfill({response: answer, json: told.versions ? {...told, versions: [...older, ...told.versions]} : told});
});
await manager.reload();
await manager.waitForSelector("#rules .versions li");
const versions = manager.locator("#rules .versions li"), older = manager.locator("#rules .more button");
assert.equal(await versions.count(), 20);
for (let shown = 20; await older.count() > 0; shown += 20) {
  assert.equal(await versions.count(), shown);
  await older.click();
  assert.equal(await manager.evaluate(() => [...document.querySelectorAll("#rules .versions button")].indexOf(document.activeElement)), shown);
}
await versions.filter({hasText: /older 0$/}).waitFor();
await accessible(manager, "all versions");
await manager.unroute("**/api/v1/ops/rules");
say("older versions are reached");

// ---- back to the beginning
await manager.locator("#rules .versions button").filter({hasText: /^Version 1$/}).click();
await manager.locator("#ask").getByRole("button", {name: "Go back to version 1"}).click();
await manager.waitForSelector("#ask .words");
assert.match((await manager.locator("#ask .words li").allTextContents()).join("\n"), /Anna Conti: Capacity: from 4 to 2/);
await accessible(manager, "the way back");
await shot(manager, "rules-back");
await apply(manager, "as it was");
await manager.waitForFunction((former) => document.querySelector("#rules-text").value === former, text);
say("back to the first version");

// ---- the manager of one team, on a phone, in Italian
const phone = await device("rules-phone", {locale: "it-IT", viewport: {width: 360, height: 780}, colorScheme: "dark"});
await signIn(phone, "otto", "ops");
await phone.getByRole("button", {name: "Regole"}).click();
await row(phone, "of-reps", "Bruno Ferri").waitFor();
assert.equal(await row(phone, "of-reps", "Anna Conti").count(), 0);
assert.equal(await phone.locator("#rules").isVisible(), false);
await accessible(phone, "one team's rules on a phone");
await fitsIn(phone, 360);
await phone.getByRole("button", {name: "Modifica Bruno Ferri"}).click();
await phone.waitForSelector("#ask[open] #form-capacity");
assert.equal(await phone.locator("#form-share, #form-team, #form-per_day").count(), 0);
await accessible(phone, "a rep's form on a phone");
await fitsIn(phone, 360);
await shot(phone, "rules-phone");
await phone.fill("#form-capacity", "3");
await phone.getByRole("button", {name: "Vedi cosa cambia"}).click();
await phone.waitForSelector("#ask .words");
assert.deepEqual(await phone.locator("#ask .words li").allTextContents(), ["Bruno Ferri: Capacità: da 2 a 3"]);
say("the manager of one team changes that team");

await end();
