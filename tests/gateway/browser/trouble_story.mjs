// SPDX-License-Identifier: Apache-2.0
// What goes otherwise, and what goes wrong, said calmly: declined, accepted too late, handed on, two tabs, a slow network, the gateway restarted.
import assert from "node:assert/strict";
import {DESK, accessible, device, end, fitsIn, mayFail, outside, say, shot, signIn, slow} from "./stage.mjs";

const form = {name: "Giulia Rossi", product: "solar panels"};
const other = (name) => ({...form, name, phones: [], emails: [{address: `${name.toLowerCase()}@example.com`}]});
const notice = (page, text) => page.locator("#notices .notice", {hasText: text});

const notesKept = (page) => page.evaluate(() => Object.entries(sessionStorage).filter(([name]) => name.startsWith("note ")).map(([, text]) => text));

const sending = (page, text) => page.waitForFunction((wanted) => document.querySelector("#sending").textContent === wanted, text);

// What the page asks for next is on its way until the given function is called.
async function holdBack(page, act) {
  let letGo;
  const gone = new Promise((resolve) => (letGo = resolve));
  await page.route(`**/api/v1/desk/${act}`, (route) => gone.then(() => route.continue()));
  return letGo;
}

const desk = await device("trouble");
await signIn(desk);
await desk.waitForSelector(".state.available");

// ---- declined by a key: nobody else could, and Anna is not asked again so soon
await outside("publish", form);
await desk.waitForSelector(".card.offer");
await desk.keyboard.press("d");
await desk.waitForSelector(".card.offer", {state: "detached"});
await desk.waitForSelector("#day dl dd");
say("declined by a key");

// ---- accepted too late: the lead is another's by the time that the answer arrives
const late = await outside("publish", other("Marco"));
await desk.waitForSelector(".card.offer");
let letGo = await holdBack(desk, "accept");
await desk.keyboard.press("a");
await outside("cancel", late);
await desk.waitForSelector(".card.offer", {state: "detached"});
await sending(desk, "Still sending…");
await accessible(desk, "an act takes long");
letGo();
await sending(desk, "Sent: it did not work.");
await notice(desk, "That did not work: this lead has ended.").waitFor();
assert.equal(await desk.locator(".card.lead").count(), 0);
await accessible(desk, "accepted too late");
await shot(desk, "too-late");
await desk.unroute("**/api/v1/desk/accept");
say("a late accept is told, and shows no lead that is not ours");

// ---- handed on, after it could be undone
await outside("publish", other("Paola"));
await desk.waitForSelector(".card.offer");
await desk.keyboard.press("a");
await desk.waitForSelector(".card.lead");
await desk.keyboard.press("h");
await desk.waitForSelector("#ask[open]");
assert.equal(await desk.inputValue("#ask #transfer-note"), "");
await desk.keyboard.press("Escape");
await desk.keyboard.press("n");
await desk.keyboard.type("wants a quote");
await desk.keyboard.press("Alt+h");
await desk.waitForSelector("#ask[open]");
assert.equal(await desk.inputValue("#ask #transfer-note"), "wants a quote");
assert.equal(await desk.textContent("#ask .wrong"), "");
await accessible(desk, "whom to hand it to");
await desk.locator("#ask").getByRole("button", {name: "Bruno Ferri"}).click();
await desk.waitForSelector(".undo");
await desk.keyboard.press("u");
await desk.waitForSelector(".card.lead textarea:focus");
assert.equal(await desk.inputValue(".card.lead textarea"), "wants a quote");
await desk.keyboard.press("Alt+h");
await desk.locator("#ask").getByRole("button", {name: "Bruno Ferri"}).click();
await desk.click(".undo .now");
await desk.waitForSelector(".card.lead", {state: "detached"});
say("handed on to a colleague; once undone");

// ---- a second tab of the same browser has the desk then
const tab = await desk.context().newPage();
await tab.goto(`${DESK}/desk`);
await tab.waitForSelector("#state .state");
await desk.waitForSelector("#elsewhere[open]");
assert.match(await desk.textContent("#elsewhere"), /another window/);
await accessible(desk, "another tab has the desk");
await tab.close();
await desk.click("#elsewhere button");
await desk.waitForSelector("body:not([data-away]) #state .state");
say("the newer of two tabs has the desk, and the first takes it back");

// ---- a slow network: half a second each way, and an answer that takes longer
await slow(desk, 500, 20000);
await desk.reload();
await desk.waitForSelector("#state .state");
await outside("publish", other("Luca"));
await desk.waitForSelector(".card.offer");
letGo = await holdBack(desk, "accept");
await desk.click(".accept");
await sending(desk, "Still sending…");
await shot(desk, "still-sending");
letGo();
await sending(desk, "Sent: it is done.");
await desk.waitForSelector(".card.lead");
assert.match(await desk.textContent(".card.lead"), /Luca/);
await desk.unroute("**/api/v1/desk/accept");
await slow(desk, 0, -1);
say("a lead is taken over a slow network, and what takes long says so");

// ---- the gateway restarts: the page comes back by itself, and nobody signs in again
mayFail(/^request: GET \/api\/v1\/desk\/\w+ (401|net::ERR_\w+)$/, /^request: GET \/api\/v1\/session net::ERR_\w+$/,
  /^request: GET \/static\/icon\.svg net::ERR_\w+$/);   // of a notification: the browser asks when it comes to it
await desk.keyboard.press("n");
await desk.keyboard.type("call after six");
const lost = await outside("publish", other("Nina"));
await desk.waitForSelector(".card.offer");
await desk.click(".accept");
await desk.locator(".card.lead", {hasText: "Nina"}).waitFor();
const back = desk.waitForResponse((answer) => answer.ok() && new URL(answer.url()).pathname === "/api/v1/desk/events");
await outside("stop-gateway");
await outside("cancel", lost);
await outside("restart-gateway");
await back;
await notice(desk, "No longer yours, since you were not connected: Nina.").waitFor();
assert.equal(await desk.locator(".card.lead").count(), 1);
await desk.waitForSelector("#main:not([inert]) .card.lead");
await accessible(desk, "a lead went while the gateway was away");
assert.equal(new URL(desk.url()).pathname, "/desk");
assert.match(await desk.textContent(".card.lead"), /Luca/);
assert.equal(await desk.inputValue(".card.lead textarea"), "call after six");
say("the gateway was restarted, and the page came back by itself");

// ---- the note is there in another tab too, and what is written there is here when this one has the desk again
const another = await desk.context().newPage();
await another.goto(`${DESK}/desk`);
await another.waitForSelector(".card.lead");
await another.waitForFunction(() => document.querySelector(".card.lead textarea").value === "call after six");
await another.keyboard.press("n");
await another.keyboard.press("Control+a");
await another.keyboard.type("call at seven");
await desk.click("#elsewhere button");
await desk.waitForSelector("body:not([data-away]) .card.lead");
await desk.waitForFunction(() => document.querySelector(".card.lead textarea").value === "call at seven");
await another.close();
await desk.fill(".card.lead textarea", "call after six");
say("a note that is being written is in the other tab too");

// ---- the session is over, leads are not, nor is what was being written about them
await desk.context().clearCookies();
await desk.reload();
await desk.waitForURL("**/sign-in");
await desk.waitForSelector("#form button:enabled");
assert.equal(await desk.textContent("#ended"), "Your session has ended. Sign in again to go on; the note that you were writing is kept.");
await accessible(desk, "the session is over");
await shot(desk, "session-ended");
await signIn(desk);
await desk.waitForSelector(".card.lead");
assert.match(await desk.textContent(".card.lead"), /Luca/);
assert.equal(await desk.inputValue(".card.lead textarea"), "call after six");
await desk.evaluate(() => sessionStorage.setItem("note bruno 1-1", "of somebody else"));
await desk.reload();
await desk.waitForSelector(".card.lead");
assert.deepEqual(await notesKept(desk), ["call after six"]);
await desk.keyboard.press("1");
await desk.click(".undo .now");
await desk.waitForSelector(".card.lead", {state: "detached"});
assert.deepEqual(await notesKept(desk), []);
say("the session is over; who signs in again has their lead, and their note");

// ---- pages of others: a rep at /ops, a manager who is no rep at /desk
mayFail(/^request: GET \/(ops|desk) 403$/);
await desk.goto(`${DESK}/ops`);
await desk.waitForSelector("#where a[href='/desk']");
assert.match(await desk.textContent("main"), /This page is not open to you.*signed in as anna \(Rep\)/s);
assert.equal(await desk.locator("#where a[href='/ops']").count(), 0);
await accessible(desk, "a page of others");
await shot(desk, "not-yours");
await desk.click("#where a");
await desk.waitForSelector("#state .state");
const phone = await device("trouble-phone", {locale: "it-IT", viewport: {width: 360, height: 780}});
await signIn(phone, "maria", "ops");
await phone.goto(`${DESK}/desk`);
await phone.waitForSelector("#where a[href='/ops']");
assert.match(await phone.textContent("main"), /maria \(Responsabile\), che non lavora come venditore/);
await accessible(phone, "a manager who is no rep");
await fitsIn(phone, 360);
await phone.context().clearCookies();
await phone.goto(`${DESK}/ops`);
await phone.waitForSelector("#form button:enabled");
assert.equal(await phone.textContent("#ended"), "La tua sessione è finita. Accedi di nuovo per continuare.");
await signIn(phone, "maria", "ops");
await phone.goto(`${DESK}/desk`);
await phone.click("#where button");
await phone.waitForSelector("#form button:enabled");
assert.equal(await phone.textContent("#ended"), "");
say("a page of others says so, leads to what is theirs, and lets somebody else sign in");

// ---- logged off by who runs the desk: told so, and not logged on again until the rep wants it
await desk.waitForSelector(".state.available");
assert.equal(await outside("log-off", "anna"), 0);
await desk.waitForFunction(() => document.querySelector("#banner").textContent.startsWith("You cannot work here now: who runs the desk has logged you off."));
await accessible(desk, "logged off", {away: true});
await shot(desk, "logged-off");
await desk.reload();
await desk.waitForSelector(".state.available");
say("who is logged off by a manager is told so, and comes back by loading the page anew");

// ---- signed out in one tab: what could still be undone is done before, no tab keeps a word of it, and who cannot sign out is told
const done = await outside("publish", other("Rita"));
await desk.waitForSelector(".card.offer");
await desk.keyboard.press("a");
await desk.waitForSelector(".card.lead");
await outside("publish", other("Bea"));
await desk.waitForSelector(".card.offer");
await desk.keyboard.press("a");
const written = desk.locator(".card.lead", {hasText: "Bea"}).locator("textarea");
await written.fill("lives alone");
const kept = (page) => page.evaluate(() => Object.keys(sessionStorage).filter((name) => name === "heard" || name.startsWith("note ")).length);
const waits = await desk.context().newPage();   // at the sign-in since a session before, with the note of then
await waits.route("**/api/v1/session", (route) => route.abort());
await waits.goto(`${DESK}/sign-in`);
await waits.waitForSelector("#form button:enabled");
await waits.evaluate(() => sessionStorage.setItem("note anna 1-1", "of then"));
const last = await desk.context().newPage();
await last.goto(`${DESK}/desk`);
await desk.waitForSelector("#elsewhere[open]");
await last.waitForFunction(() => [...document.querySelectorAll(".card.lead textarea")].some(({value}) => value === "lives alone"));
await last.locator(".card.lead", {hasText: "Rita"}).locator(".ends button").first().click();
await last.waitForSelector(".undo");
mayFail(/^request: POST \/api\/v1\/sign-out net::ERR_FAILED$/);
await last.route("**/api/v1/sign-out", (route) => route.abort());
await last.getByRole("button", {name: "Sign out"}).click();
await sending(last, "The server cannot be reached.");
assert.equal((await outside("lead", done)).state, "completed");
await accessible(last, "no sign-out");
await last.unroute("**/api/v1/sign-out");
assert.deepEqual([await kept(desk), await kept(waits)], [2, 1]);
await last.getByRole("button", {name: "Sign out"}).click();
await last.waitForURL("**/sign-in");
await Promise.all([desk, waits].map((page) => page.waitForFunction(() => Object.keys(sessionStorage).every((name) => name !== "heard" && !name.startsWith("note ")))));
assert.equal(await kept(last), 0);
await Promise.all([last, waits].map((page) => page.close()));
await desk.click("#elsewhere button");
await desk.waitForURL("**/sign-in");
await desk.waitForSelector("#form button:enabled");
assert.equal(await desk.textContent("#ended"), "Your session has ended. Sign in again to go on.");
await signIn(desk);
say("who signs out in one tab leaves nothing undone, and nothing behind in the others");

// ---- the desk is taken from its rep while their line is broken
mayFail(/^request: GET \/api\/v1\/desk\/events net::ERR_FAILED$/, /^request: HEAD \/desk 403$/);
await desk.route("**/api/v1/desk/events*", (route) => route.abort());
await desk.reload();
await desk.waitForSelector("body[data-away]");
assert.ok(await outside("users", [["anna", "read-only", "-"], ["maria", "manager", "-"]]));
await desk.waitForSelector("#where a[href='/ops']");
assert.match(await desk.textContent("main"), /anna \(Read only\), who works as no rep/);
await accessible(desk, "the desk was taken away");
say("who lost their desk is told so");

await end();
