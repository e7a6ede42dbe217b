// SPDX-License-Identifier: Apache-2.0
// What takes its time at the desk, by a clock that the story moves: one alert for each offer, a gateway that stays away, a decline with its reason, an act
// without an answer, ten seconds to undo, a wrap-up ended early, a page that is left, an offer missed, signed out elsewhere.
import assert from "node:assert/strict";
import {DESK, accessible, device, end, mayFail, outside, say, shot, signIn} from "./stage.mjs";

const person = (name) => ({name, product: "solar panels", phones: [], emails: [{address: `${name.toLowerCase()}@example.com`}]});
const stateOf = async (lead) => (await outside("lead", lead)).state;

// ---- what the page would have sounded and shown
const desk = await device("moments");
const alerts = [];
await desk.exposeFunction("alerted", (what) => void alerts.push(what));
await desk.addInitScript(() => {
  document.hasFocus = () => false;
  globalThis.Notification = class {   // as on phones
    static permission = "granted";
    constructor() {
      throw new TypeError("Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.");
    }
  };
  let shown = [];
  if (!globalThis.ServiceWorkerRegistration) return;   // about:blank
  ServiceWorkerRegistration.prototype.showNotification = async (title, {tag, renotify}) => {
    const one = {tag, close: () => {
      globalThis.notificationsEnded = (globalThis.notificationsEnded ?? 0) + 1;
      shown = shown.filter((other) => other !== one);
    }};
    shown.push(one);
    globalThis.alerted(renotify ? title : `${title}, in silence`);
  };
  ServiceWorkerRegistration.prototype.getNotifications = async ({tag}) => shown.filter((one) => one.tag === tag);
  const through = (node) => node, nothing = () => {};
  globalThis.AudioContext = class {
    state = "running";
    currentTime = 0;
    resume() {}
    createGain() {
      return {gain: {setValueAtTime: nothing, exponentialRampToValueAtTime: nothing}, connect: through};
    }
    createOscillator() {
      const frequency = {};
      return {frequency, connect: through, stop: nothing, start: () => globalThis.alerted(`${frequency.value} Hz`)};
    }
  };
});
const ofOffer = (name) => ["659 Hz", "880 Hz", `New offer: ${name}. solar panels`];
const until = async (isSo) => {
  for (let tries = 0; tries < 400 && !(await isSo()); tries++) await desk.evaluate("navigator.serviceWorker.getRegistration('/').then(() => 0)");   // by which alerts go
};
const alerted = async (names, wanted = names.flatMap(ofOffer)) => {
  await until(() => alerts.length >= wanted.length);
  await desk.evaluate("0");
  assert.deepEqual(alerts, wanted);
};
await desk.clock.install();
await signIn(desk);
await desk.waitForSelector(".state.available");
await desk.evaluate("navigator.serviceWorker.ready.then(() => 0)");
await desk.keyboard.press("j");   // a browser gives no sound before a key or a click

const giulia = await outside("publish", person("Giulia"));
await desk.waitForSelector(".card.offer");
await alerted(["Giulia"]);
await desk.reload();
await desk.waitForSelector(".card.offer");
await desk.keyboard.press("j");
await alerted(["Giulia"]);
say("an offer sounds and shows once, over a reload too");

// ---- a click on the notification: to the desk that is open; and the page that goes away takes its notification along
const [worker] = desk.context().serviceWorkers();
assert.deepEqual(await worker.evaluate(async () => {
  const done = [], real = clients.matchAll.bind(clients);
  Clients.prototype.matchAll = async (options) => (await real(options)).map(({url}) => ({url, focus: async () => void done.push(`focus ${new URL(url).pathname}`)}));
  ServiceWorkerRegistration.prototype.getNotifications = async ({tag}) => [{close: () => done.push(`close ${tag}`)}];
  let work;
  const waitUntil = (promise) => (work = promise);
  dispatchEvent(Object.assign(new Event("notificationclick"), {notification: {close: () => done.push("close")}, waitUntil}));
  await work;
  dispatchEvent(Object.assign(new MessageEvent("message", {data: {close: "leadwire-offer"}}), {waitUntil}));
  await work;
  return done;
}), ["close", "focus /desk", "close leadwire-offer"]);
say("a click on the notification leads to the desk");

// ---- no word of the gateway for 12 s; 1 s later it is said, after 15 s nothing is shown that may be another's by now
const LINE = /\/api\/v1\/(session|desk\/events|desk\/day)/;
mayFail(/^request: GET \/api\/v1\/(session|desk\/events|desk\/day) net::ERR_FAILED$/);
await desk.route(LINE, (route) => route.abort());
await desk.clock.fastForward(12000);
await desk.waitForSelector("#main[inert]");
await desk.clock.fastForward(1000);
await desk.waitForSelector("body[data-away=short] #banner:not([hidden])");
assert.equal(await desk.locator(".card.offer").isVisible(), true);
await desk.clock.fastForward(14000);
await desk.waitForSelector("body[data-away=long]");
assert.equal(await desk.locator(".card.offer").isVisible(), false);
await shot(desk, "away-long");
await desk.unroute(LINE);
await desk.clock.fastForward(20000);
await desk.waitForSelector("body:not([data-away]) #main:not([inert]) .card.offer");
assert.equal(await desk.locator("#banner").isVisible(), false);
await alerted(["Giulia"]);
say("leads are hidden from a page that has been alone for 15 s; the offer that is still there is no news");

// ---- the browser says that there is no network, and that there is one again: known at once, while the page's clock stands still
await desk.route(LINE, (route) => route.abort());
await desk.clock.pauseAt(await desk.evaluate(() => Date.now() + 5000));
assert.deepEqual(await desk.evaluate(() => {
  dispatchEvent(new Event("offline"));
  return [document.querySelector("#main").inert, document.querySelector("#banner").hidden, document.body.dataset.away];
}), [true, false, "short"]);
await desk.unroute(LINE);
await desk.evaluate(() => dispatchEvent(new Event("online")));
await desk.waitForSelector("body:not([data-away]) #main:not([inert]) .card.offer");
await desk.clock.resume();
await alerted(["Giulia"]);
say("a network that is gone, and comes back, is known at once");

// ---- rules that ask for the reason of a decline
const text = await outside("desk"), others = desk.waitForResponse("**/api/v1/session");
assert.equal(await outside("apply", `${text.replace("wrap_up: 1s", "wrap_up: 10m")}decline_reasons: [no-time, wrong-language, c, d, e, f, g, h, i, too-far]\n`), 0);
await (await others).finished();
await desk.keyboard.press("d");
await desk.waitForSelector("#ask[open]");
await accessible(desk, "why it is declined");
await shot(desk, "decline");
await desk.locator("#ask").getByRole("button", {name: "Cancel"}).click();
await desk.waitForSelector("#ask:not([open])", {state: "attached"});
assert.equal(await stateOf(giulia), "offered");
await desk.keyboard.press("d");
await desk.waitForSelector("#ask[open]");
await desk.keyboard.press("0");   // the tenth
await desk.waitForSelector(".card.offer", {state: "detached"});
const [declined] = (await outside("lead", giulia)).decisions.filter(({outcome}) => outcome === "declined");
assert.deepEqual([declined?.rep, declined?.reason], ["anna", "too-far"]);
say("a decline has its reason, also in what is explained of the lead");

// ---- ten seconds to undo
const marco = await outside("publish", person("Marco"));
await desk.waitForSelector(".card.offer");
await alerted(["Giulia", "Marco"]);
await desk.keyboard.press("a");
await desk.waitForSelector(".card.lead");
const ended = () => desk.evaluate(() => globalThis.notificationsEnded);
await until(async () => (await ended()) === 1);
assert.equal(await ended(), 1);   // with its offer

// ---- an act without an answer: the gateway dies between
const NO_ANSWER = "**/api/v1/desk/touch";
mayFail(/^request: POST \/api\/v1\/desk\/touch net::ERR_FAILED$/);
await desk.route(NO_ANSWER, (route) => route.abort());
const told = desk.locator("#notices .notice", {hasText: "No answer came. It may be done all the same: the list shows it."});
await desk.keyboard.press("t");
for (let seconds = 0; seconds < 60 && (await told.count()) === 0; seconds++) {
  await desk.clock.fastForward(1000);
  await desk.evaluate(() => fetch("/api/v1/session").then(() => 0));   // as long as an answer takes
}
assert.equal(await told.count(), 1);
await desk.unroute(NO_ANSWER);
await desk.waitForSelector("body:not([data-away]) #main:not([inert]) .card.lead .touch");
say("an act of which no answer comes is told calmly, and once");

// ---- ten seconds, again
await desk.keyboard.press("1");
await desk.waitForSelector(".undo");
assert.equal(await stateOf(marco), "assigned");
await desk.clock.fastForward(10000);
await desk.waitForSelector(".undo", {state: "detached"});
await desk.waitForSelector(".card.lead", {state: "detached"});
await outside("until", marco, "completed");
say("what nobody undoes is done after ten seconds");

// ---- a wrap-up of ten minutes, ended early
await desk.waitForSelector(".state.wrap_up");
assert.match(await desk.textContent(".state .until"), /^(10:00|9:\d\d)$/);
await accessible(desk, "wrap-up");
await desk.getByRole("button", {name: "End wrap-up"}).click();
await desk.waitForSelector(".state.available");
say("a wrap-up was ended early");

// ---- a page that is left while something could be undone
await desk.getByRole("button", {name: "Sound: on"}).click();
const paola = await outside("publish", person("Paola"));
await desk.waitForSelector(".card.offer");
await alerted([], [...["Giulia", "Marco"].flatMap(ofOffer), ofOffer("Paola")[2]]);   // its sound is turned off
await desk.keyboard.press("a");
await desk.waitForSelector(".card.lead");
await desk.keyboard.press("1");
await desk.waitForSelector(".undo");
assert.equal(await stateOf(paola), "assigned");
await desk.goto("about:blank");
await outside("until", paola, "completed");
say("who leaves the page ends what waited to be undone");

// ---- an offer that nobody answers sets its rep away, and the page says so
assert.equal(await outside("apply", `${text.replace("offer_timeout: 45s", "offer_timeout: 1s")}misses_to_away: 1\n`), 0);
await desk.goto(`${DESK}/desk`);
await desk.getByRole("button", {name: "End wrap-up"}).click();
await desk.waitForSelector(".state.available");
await outside("publish", person("Rosa"));
await desk.waitForSelector(".state.away");
assert.equal(await desk.textContent("#quiet"), "You did not answer and are away. Say that you are available to get leads again.");
await accessible(desk, "away");
await desk.getByRole("button", {name: "Available"}).click();
await desk.waitForSelector(".state.available");
say("who does not answer is away, and is told how to come back");

// ---- signed out elsewhere
const {csrf} = await (await desk.context().request.get(`${DESK}/api/v1/session`)).json();
assert.equal((await desk.context().request.post(`${DESK}/api/v1/sign-out`, {headers: {"X-CSRF-Token": csrf, Origin: DESK}, data: {}})).ok(), true);
await desk.waitForURL("**/sign-in");
await desk.waitForSelector("#form button:enabled");
assert.equal(await desk.textContent("#ended"), "Your session has ended. Sign in again to go on.");
say("who was signed out elsewhere is told so");

await end();
