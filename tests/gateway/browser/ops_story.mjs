// SPDX-License-Identifier: Apache-2.0
// Who runs the desk, in short: what waits, acts with their reasons, a story, parked leads by one key, plots, the wallboard, a phone, one team.
import assert from "node:assert/strict";
import {WITHOUT_BROKER, accessible, device, end, fitsIn, mayFail, outside, say, shot, signIn} from "./stage.mjs";

const form = {name: "Giulia Rossi", product: "solar panels"};
const row = (page, place, text) => page.locator(`#${place} tbody tr`, {hasText: text});

const ops = await device("ops");
await signIn(ops, "maria", "ops");
await ops.waitForSelector("#health.available");
await row(ops, "reps", "Anna Conti").waitFor();
await accessible(ops, "nothing to do");
assert.match(await ops.textContent("#who"), /maria · Manager/);

assert.equal(await outside("redis", "CONFIG", "SET", "appendfsync", "no"), "+OK");   // told below: the broker looks now and then
const lead = await outside("publish", form);
await row(ops, "leads", lead).waitFor();
assert.match(await row(ops, "leads", lead).textContent(), /solar.*Form.*Waiting/i);
assert.match(await ops.textContent("#queues"), /solar1/);
await accessible(ops, "a lead waits");
say("a lead waits, and is seen");

// ---- an act, with its reason
await row(ops, "leads", lead).getByRole("button", {name: "Act"}).click();
await ops.waitForSelector("#ask[open]");
await accessible(ops, "acts on a lead");
await ops.fill("#act-reason", "they are out today");
await ops.getByRole("button", {name: "Hold until then"}).click();
await row(ops, "leads", lead).filter({hasText: "Scheduled"}).waitFor();

await ops.getByRole("button", {name: lead}).click();
await ops.waitForSelector("#story .told h3");
assert.match(await ops.textContent("#story .told"), /held.*by maria.*they are out today.*Waiting → Scheduled/s);
await accessible(ops, "a lead's story");
await shot(ops, "ops");
say("held with a reason, which its story tells");

// ---- parked, and released by one key
const nobodys = await outside("publish", {name: "Ada", product: "a boiler"});
await row(ops, "parked", nobodys).waitFor();
await row(ops, "parked", nobodys).filter({hasText: /no rep/}).waitFor();
await accessible(ops, "a parked lead");
await ops.locator("#main").focus();
await ops.keyboard.press("r");
await ops.locator("#notices .notice", {hasText: "Release"}).waitFor();
say("a parked lead says why, and is released by R");

// ---- a rep's state
await row(ops, "reps", "Anna Conti").getByRole("button", {name: "Act"}).click();
await accessible(ops, "acts on a rep");
await ops.locator("#ask").getByRole("button", {name: "Cancel"}).click();

// ---- a source is paused, and goes on
await row(ops, "sources", "form").getByRole("button", {name: "Act"}).click();
await ops.waitForSelector("#ask[open]");
await accessible(ops, "a source");
await ops.fill("#act-reason", "a bad campaign");
await ops.locator("#ask").getByRole("button", {name: "Pause"}).click();
await row(ops, "sources", "form").filter({hasText: /Paused .* by maria: a bad campaign/}).waitFor();
await accessible(ops, "a paused source");
await row(ops, "sources", "form").getByRole("button", {name: "Act"}).click();
await ops.locator("#ask").getByRole("button", {name: "Go on"}).waitFor();
await accessible(ops, "a source goes on");
await ops.locator("#ask").getByRole("button", {name: "Go on"}).click();
await row(ops, "sources", "form").filter({hasText: "Taken"}).waitFor();
assert.equal(await ops.locator("#ledger").isVisible(), false);   // no policy of this desk deals by it
say("a source was paused with a reason, and goes on");

// ---- plots
await ops.waitForSelector("#plots[data-points]");
await ops.getByRole("button", {name: "Last day"}).click();
assert.equal(await ops.locator("#plots canvas").count(), 3);
assert.equal(await ops.locator("#plots button[aria-pressed=true]").textContent(), "Last day");

// Where its last point is, each plot has the colour of its first series.
const drawn = await ops.evaluate(() => [...document.querySelectorAll("#plots canvas")].map((canvas) => {
  const chart = globalThis.Chart.getChart(canvas), {x, y} = chart.getDatasetMeta(0).data.at(-1) ?? {}, scale = canvas.width / chart.width;
  const [red, green, blue, alpha] = x === undefined ? [] : canvas.getContext("2d").getImageData(Math.round(x * scale), Math.round(y * scale) - 1, 1, 1).data;
  return {wanted: chart.data.datasets[0].borderColor, seen: alpha > 0 && `#${[red, green, blue].map((one) => one.toString(16).padStart(2, "0")).join("")}`};
}));
for (const {wanted, seen} of drawn) assert.equal(seen, wanted, JSON.stringify(drawn));
say("the plots are drawn");

// ---- Redis is weaker than the desk asks
await ops.locator("#broker .warnings li", {hasText: "appendfsync no"}).waitFor();
await accessible(ops, "a warning of the store");
await shot(ops, "ops-redis");
assert.equal(await outside("redis", "CONFIG", "SET", "appendfsync", "always"), "+OK");
await ops.locator("#broker .warnings li", {hasText: "appendfsync no"}).waitFor({state: "detached"});
say("what Redis lacks is told while it lacks it");

// ---- the broker goes and comes
mayFail(WITHOUT_BROKER);
await outside("kill-broker");
await ops.waitForSelector("#banner:not([hidden])");
await outside("start-broker");
await ops.waitForSelector("#banner", {state: "hidden"});
await row(ops, "leads", lead).waitFor();
say("the broker was killed and came back");

await ops.keyboard.press("w");
await ops.waitForSelector("body.wallboard");
assert.equal(await ops.locator("#leads").isVisible(), false);
await accessible(ops, "the wallboard");
await shot(ops, "wallboard");
await ops.reload();
await ops.waitForSelector("body.wallboard #health.available");
const tiles = () => ops.locator("#tiles .tile:visible").evaluateAll((all) => all.map((one) => [...one.children].map((part) => part.textContent)));
assert.deepEqual((await tiles()).map(([name]) => name), ["Waiting", "Longest wait", "At risk", "In hand", "Parked", "Available of logged on",
  "First touch, half within", "First touch, 9 of 10 within"]);
say("the wallboard");

// ---- each figure is in its place: the same state with others in it; the oldest leads are in hand, and do not wait
const seen = await ops.evaluate(() => new Promise((resolve) => {
  const source = new EventSource("/api/v1/ops/events");
  source.addEventListener("state", ({data}) => {
    source.close();
    resolve(JSON.parse(data));
  });
}));
const HOUR = 3600000, before = (hours) => seen.now_unix_ms - hours * HOUR;
const withFigures = (list, key, figures) => list.map((one) => ({...one, ...figures[one[key]]}));
const state = {...seen, connected: true, first_touch: {count: 9, half_ms: 2 * HOUR, most_ms: 5 * HOUR},
  health: {...seen.health, waiting: 11, connecting: 1, assigned: 5, parked: 4},
  sources: [{source: "contact-form", channel: "web", last_hour: 4, today: 31, unserved: 2}],
  workers: [{worker: "web", state: "ready", since_unix_ms: before(6), came_hour: 12, errors_hour: 3, errors: [{reason: "rejected", count: 5}], held: 17, spool_percent: 42, oldest_ms: 95000}],
  leads: seen.leads.map((one) => ({...one, state: "assigned", rep: "anna", received_unix_ms: before(20)})),
  queues: withFigures(seen.queues.map((one) => ({...one, waiting: 0, at_risk: 0, oldest_unix_ms: 0})), "queue", {
    solar: {waiting: 7, at_risk: 3, oldest_unix_ms: before(2.5), service_level_ms: 120000, first_offers: 8, in_time: 6},
    heatpump: {waiting: 4, at_risk: 0, oldest_unix_ms: before(1.5), service_level_ms: 300000, first_offers: 5, in_time: 1}}),
  reps: withFigures(seen.reps, "rep", {
    anna: {connected: true, state: "available", since_unix_ms: before(4), in_hand: 1, capacity: 6, misses: [{at_unix_ms: before(2), lead_id: lead}, {at_unix_ms: before(3), lead_id: lead}],
           today: {on_ms: 8 * HOUR, busy_ms: 2 * HOUR, offered: 9, accepted: 8, completed: 5, declined: 3, missed: 2}},
    bruno: {connected: true, state: "break", since_unix_ms: before(7), in_hand: 0, misses: [],
            today: {on_ms: 4 * HOUR, busy_ms: 3 * HOUR, offered: 19, accepted: 18, completed: 15, declined: 13, missed: 0}}})};
await ops.route("**/api/v1/ops/events", (route) => route.fulfill({contentType: "text/event-stream", body: `event: state\ndata: ${JSON.stringify(state)}\n\n`}));
await ops.reload();
await ops.locator("#tiles .value", {hasText: /^11$/}).waitFor();
assert.deepEqual((await tiles()).map(([, value]) => value), ["11", "2 h 30 min", "3", "6", "4", "1/2", "2 h 0 min", "5 h 0 min"]);
const cells = async (place, text) => (await row(ops, place, text).locator("td").allTextContents()).slice(1);
assert.deepEqual(await cells("queues", "solar"), ["7", "2 h 30 min", "3", "75 % (2:00)"]);
assert.deepEqual(await cells("queues", "heatpump"), ["4", "1 h 30 min", "0", "20 % (5:00)"]);
assert.deepEqual((await cells("reps", "Anna Conti")).slice(1, 8), ["Available 4 h 0 min", "1/6", "25 %", "5", "3", "2", "2 h 0 min ago, 3 h 0 min ago"]);
assert.deepEqual((await cells("reps", "Bruno Ferri")).slice(1, 8), ["On a break 7 h 0 min", "0/2", "75 %", "15", "13", "0", ""]);
assert.deepEqual((await cells("sources", "contact-form")).slice(0, 5), ["Form", "4", "31", "2", "Taken"]);
assert.deepEqual(await cells("workers", "web"), ["Works 6 h 0 min", "12", "3", "5 refused by the desk", "17", "42 %", "1:35", ""]);
await ops.unroute("**/api/v1/ops/events");
say("each figure is in its place");

// ---- since when it counts: since midnight, or since the gateway began, should that be later
const sinceOf = (place) => ops.textContent(`#${place === "since" ? place : `${place} .since`}`), at = (ms) => ops.evaluate((unixMs) =>
  new Intl.DateTimeFormat("en", {dateStyle: "medium", timeStyle: "short"}).format(new Date(unixMs)), ms);
const show = async (times) => {
  await ops.route("**/api/v1/ops/events", (route) => route.fulfill({contentType: "text/event-stream", body: `event: state\ndata: ${JSON.stringify({...state, ...times})}\n\n`}));
  await ops.reload();
  await ops.locator("#since", {hasText: /count/}).waitFor();
};
await show({now_unix_ms: before(0), day_unix_ms: before(9), began_unix_ms: before(5), since_unix_ms: before(5)});
for (const place of ["since", "queues", "reps", "sources"]) assert.match(await sinceOf(place), new RegExp(`Today's numbers count since ${await at(before(5))}: before, the gateway did not count`));
assert.match(await sinceOf("plots"), new RegExp(`Nothing was counted before ${await at(before(5))}`));
assert.match(await sinceOf("broker"), /when the broker was started/);
await ops.unroute("**/api/v1/ops/events");
await show({now_unix_ms: before(0), day_unix_ms: before(5), began_unix_ms: before(90), since_unix_ms: before(5)});
assert.match(await sinceOf("reps"), new RegExp(`count since midnight \\(${await at(before(5))}\\)`));
await ops.unroute("**/api/v1/ops/events");
say("each number says since when it counts");

// ---- the rules, by who may change them
const admin = await device("ops-admin");
await signIn(admin, "ada", "ops");
await admin.getByRole("button", {name: "Rules", exact: true}).click();
await admin.waitForFunction(() => /capacity: 2/.test(document.querySelector("#rules-text")?.value));
const text = await admin.inputValue("#rules-text");
await admin.fill("#rules-text", text.replace("solar: 8", "solar: 80"));
await admin.click("#rules button:has-text('Check')");
await admin.waitForSelector("#rules .found .problem");
await admin.fill("#rules-text", text.replace("inside, capacity: 2", "inside, capacity: 4"));
await admin.locator("#rules .choices button", {hasText: "Apply"}).click();
await admin.waitForSelector("#ask .difference .comes");
assert.equal(await admin.locator("#ask .difference li").count(), 2);
await accessible(admin, "the difference of the rules");
await admin.fill("#rules-reason", "two more for Anna");
await shot(admin, "ops-rules");
await admin.locator("#ask button", {hasText: "Apply"}).click();
await row(admin, "reps", "Anna Conti").filter({hasText: "0/4"}).waitFor({state: "attached"});
await admin.locator("#rules .versions li", {hasText: "two more for Anna"}).waitFor();
await admin.locator("#rules .versions button", {hasText: "Version 1"}).click();
await admin.locator("#ask button", {hasText: "Take this text"}).waitFor();
await accessible(admin, "a former version");
await admin.locator("#ask button", {hasText: "Take this text"}).click();
await admin.waitForFunction((former) => document.querySelector("#rules-text").value === former, text);
await accessible(admin, "the rules");
say("the rules were changed with a reason, and a former text taken back");

// ---- others change them while a reason is being written
await admin.locator("#rules .choices button", {hasText: "Apply"}).click();
await admin.fill("#rules-reason", "as before");
assert.equal(await outside("apply", text.replace("inside, capacity: 2", "inside, capacity: 5")), 0);
await row(admin, "reps", "Anna Conti").filter({hasText: "0/5"}).waitFor({state: "attached"});
mayFail(/^request: POST \/api\/v1\/ops\/rules 409$/);
await admin.locator("#notices .notice", {hasText: "of somebody else"}).waitFor({state: "attached"});
await admin.locator("#ask button", {hasText: "Apply"}).click();
await admin.locator("#notices .notice", {hasText: "another version is in force meanwhile"}).waitFor();
assert.match(await row(admin, "reps", "Anna Conti").textContent(), /0\/5/);
await admin.context().close();
say("rules that others changed meanwhile are not overwritten");

// ---- the manager of one team, on a phone, in Italian
const phone = await device("ops-phone", {locale: "it-IT", viewport: {width: 360, height: 780}, colorScheme: "dark"});
await signIn(phone, "otto", "ops");
await row(phone, "reps", "Bruno Ferri").waitFor();
assert.equal(await row(phone, "reps", "Anna Conti").count(), 0);
assert.equal(await phone.locator("#queues").isVisible(), false);
assert.match(await phone.textContent("#who"), /Responsabile · outside/);
await accessible(phone, "one team on a phone");
await fitsIn(phone, 360);
await shot(phone, "ops-phone");
say("the manager of one team sees that team");

// ---- the whole desk in Italian: why a rep is asked, a lead's story, and what is refused
const anna = await device("ops-rep", {locale: "it-IT"});
await signIn(anna);
const asked = await outside("publish", {...form, phones: [], emails: [{address: "ugo@example.com"}], name: "Ugo"});
const why = await anna.locator(".card.offer .why").textContent();
assert.match(why, /^Perché tu: solar 8, ne serve 5; 0 su \d in mano; libero da \d+ s; 1 potevano prenderlo; urgenza \d+\.\d: priorità \d+\.\d, tempo rimasto .*, attesa .*$/);
await anna.keyboard.press("d");
await anna.waitForSelector(".card.offer", {state: "detached"});
await phone.context().clearCookies();
await signIn(phone, "maria", "ops");
await phone.getByRole("button", {name: asked}).click();
const told = phone.locator("#story .told");
await told.locator("h3", {hasText: "Che cosa è successo"}).waitFor();
for (const folded of await told.locator("details:not([open]) summary").all()) await folded.click();
const words = await told.innerText();
assert.match(words, /rifiutato.*solar 8, ne serve|0 su \d in mano/s);
assert.match(words, /In attesa → Proposto/);
assert.match(words, /non disponibili/);
assert.match(words, /non connesso/);
assert.doesNotMatch(words, /\b(load|idle|offer|offered|declined|waiting|published|could|take|needs?|needed|not|available|missed|without|requires?|device|full|priority|by|of)\b/i);
await row(phone, "leads", asked).getByRole("button", {name: "Agisci"}).click();
await phone.waitForSelector("#ask[open]");
await phone.selectOption("#act-rep", "bruno");
await phone.getByRole("button", {name: "Assegna a questo venditore"}).click();
await phone.locator("#notices .notice", {hasText: "il venditore non è connesso"}).waitFor();
await accessible(phone, "a story in Italian");
await shot(phone, "ops-story-it");
say("a lead's story, why a rep is asked, and what is refused are Italian");

// ---- a manager acts: on a lead of a rep who is there, and on the rep
async function actOn(place, text, name, fill) {
  await row(phone, place, text).getByRole("button", {name: "Agisci"}).click();
  await phone.waitForSelector("#ask[open]");
  await fill?.();
  await phone.locator("#ask").getByRole("button", {name, exact: true}).click();
}
await actOn("leads", asked, "Imposta priorità", () => phone.fill("#act-priority", "77"));
await row(phone, "leads", asked).filter({hasText: "77"}).waitFor();
await actOn("leads", asked, "Assegna a questo venditore", () => phone.selectOption("#act-rep", "anna"));
await row(phone, "leads", asked).filter({hasText: "In carico"}).waitFor();
await anna.locator(".card.lead", {hasText: "Ugo"}).waitFor();
await actOn("leads", asked, "Riprendi");
await anna.locator(".card.lead", {hasText: "Ugo"}).waitFor({state: "detached"});
await row(phone, "leads", asked).filter({hasText: "In attesa"}).waitFor();
await actOn("reps", "Anna Conti", "In pausa");
await anna.waitForSelector(".state.break");
await accessible(anna, "sent on a break");
say("a manager sets a priority, assigns, takes back, and sends a rep on a break");

// ---- an answer that takes long, a lead that ended meanwhile, no network, and a session that is over: each in words
mayFail(/^request: POST \/api\/v1\/ops\/lead 4\d\d$/);
const late = await device("ops-late");
await signIn(late, "maria", "ops");
await late.waitForSelector("#health.available");
let letGo;
const held = new Promise((resolve) => (letGo = resolve));
await late.route("**/api/v1/ops/lead", async (route) => {
  await held;
  await route.continue();
});
await row(late, "leads", asked).getByRole("button", {name: "Act"}).click();
await late.fill("#act-priority", "78");
await late.getByRole("button", {name: "Set priority"}).click();
const sending = (text) => late.waitForFunction((wanted) => document.querySelector("#sending").textContent === wanted, text);
await sending("Still sending…");
await accessible(late, "an act is on its way");
letGo();
await sending("Sent: it is done.");
await late.unroute("**/api/v1/ops/lead");
await row(late, "leads", asked).filter({hasText: "78"}).waitFor();
let answer;
const answered = new Promise((resolve) => (answer = resolve)), story = /\/api\/v1\/ops\/lead\?/, told504 = {status: 504, contentType: "application/json", body: "{}"};
await late.route(story, async (route) => {
  await answered;
  await route.fulfill(told504);
});
mayFail(/^request: GET \/api\/v1\/ops\/lead 504$/);
await late.getByRole("button", {name: asked}).click();
await sending("Still loading…");
answer();
await late.locator("#story .told", {hasText: "This could not be read just now."}).waitFor();
await sending("");
await accessible(late, "a story that could not be read");
await late.unroute(story);
await late.getByRole("button", {name: asked}).click();
await late.locator("#story .told h3", {hasText: "What happened"}).waitFor();
await row(late, "leads", asked).getByRole("button", {name: "Act"}).click();
await late.waitForSelector("#ask[open]");
await outside("cancel", asked);
await late.getByRole("button", {name: "Set priority"}).click();
await late.locator("#notices .notice", {hasText: "That did not work"}).waitFor();
await accessible(late, "the lead has ended meanwhile");
await late.evaluate(() => dispatchEvent(new Event("offline")));
assert.equal(await late.locator("#banner").isVisible(), true);
assert.match(await late.textContent("#banner"), /What you see may be old/);
await late.evaluate(() => dispatchEvent(new Event("online")));
await late.waitForSelector("#banner", {state: "hidden"});
await late.waitForSelector("#main:not([inert])");
await late.context().clearCookies();
await late.reload();
await late.waitForURL("**/sign-in");
await late.waitForSelector("#form button:enabled");
assert.equal(await late.textContent("#ended"), "Your session has ended. Sign in again to go on.");
await accessible(late, "the manager's session is over");

// ---- signing in takes long, is refused, and cannot be done: each in words
mayFail(/^request: POST \/api\/v1\/sign-in (401|429|net::ERR_FAILED)$/, /^request: GET \/api\/v1\/session net::ERR_FAILED$/);
const trySignIn = async (route, words) => {
  await late.route("**/api/v1/sign-in", route);
  await late.fill("#user", "maria");
  await late.fill("#password", "not this one");
  await late.keyboard.press("Enter");
  await late.locator("#wrong", {hasText: words}).waitFor();
  await late.waitForSelector("#form button:enabled");
  await accessible(late, words);
  await late.unroute("**/api/v1/sign-in");
};
let through;
const open = new Promise((resolve) => (through = resolve));
const trial = trySignIn((route) => open.then(() => route.continue()), "Wrong name or password.");
await sending("Still loading…");
through();
await trial;
await trySignIn((route) => route.fulfill({...told504, status: 429}), "Too many tries.");
await trySignIn((route) => route.abort(), "The server cannot be reached.");
await late.route("**/api/v1/session", (route) => route.abort());
await late.reload();
await late.waitForSelector("#form button:enabled");
say("/ops says what takes long, what is gone or cannot be read, that there is no network, and that the session is over; so does the sign-in");

// ---- a screen on the wall waits for a desk that says who it is, and goes on then; when its session ends it says so, and who signs in again there has the wallboard back
const USERS = {maria: ["maria", "manager", "-"], wall: ["wall", "", ""], anna: ["anna", "rep", "anna"], ada: ["ada", "admin", "-"]};
mayFail(/^request: \w+ \/api\/v1\/(session|(ops|desk)\/\w+) (401|net::ERR_\w+)$/);
const wall = await device("ops-wall", {viewport: {width: 1920, height: 1080}});
await signIn(wall, "wall", "ops");
await wall.waitForSelector("#health.available");
await row(wall, "reps", "Anna Conti").waitFor();
assert.equal(await wall.getByRole("button", {name: /^(Act|Release|Apply)$/}).count(), 0);   // it only watches
await wall.keyboard.press("w");
await wall.waitForSelector("body.wallboard #health.available");
mayFail(/^request: (GET|HEAD) \/ops 503$/, /^request: POST \/api\/v1\/sign-in 503$/);
await outside("kill-broker");
await outside("restart-gateway");
await wall.waitForSelector("body.wallboard[data-away] #banner:not([hidden])");
await trySignIn((route) => route.continue(), "The desk does not answer just now.");
await late.context().close();
await wall.reload();
assert.match(await wall.textContent("#offline"), /The desk cannot be reached. The page comes by itself/);
await accessible(wall, "nobody can say who this is");
await outside("start-broker");
await wall.waitForSelector("body.wallboard:not([data-away]) #main:not([inert]) #tiles .tile");
assert.ok(await outside("users", [USERS.maria, USERS.anna]));
await wall.waitForURL("**/sign-in#wallboard");
await wall.waitForSelector("#form button:enabled");
assert.equal(await wall.textContent("#ended"), "Your session has ended. Sign in again to go on.");
await accessible(wall, "the wallboard's session is over");
await shot(wall, "wallboard-ended");
assert.ok(await outside("users", [USERS.maria, USERS.anna, USERS.wall]));
await wall.fill("#user", "wall");
await wall.fill("#password", process.env.PASSWORD);
await wall.keyboard.press("Enter");
await wall.waitForSelector("body.wallboard #health.available");
await wall.context().close();
say("a wallboard whose session is over says so, and is one again after the sign-in");

// ---- whose rights are others now: what they may do no more is refused in words, and what they may see no more says so in its place
assert.ok(await outside("users", [["maria", "lead", "bruno"], USERS.anna, USERS.wall, USERS.ada]));
mayFail(/^request: POST \/api\/v1\/ops\/rep 403$/, /^request: (GET|HEAD) \/ops 403$/);
await actOn("reps", "Anna Conti", "In pausa");
await phone.locator("#notices .notice", {hasText: "Non ha funzionato: non è permesso al tuo ruolo."}).waitFor();
await accessible(phone, "not for your role");
assert.ok(await outside("users", [["maria", "rep", "bruno"], USERS.wall]));
await phone.waitForSelector("#where a[href='/desk']");
assert.match(await phone.textContent("main"), /maria \(Venditore\)/);
await accessible(phone, "the page is another's now");
say("who lost a right while the page was open is told so");

await end();
