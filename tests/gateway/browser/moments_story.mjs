// SPDX-License-Identifier: Apache-2.0
// What takes its time at the desk, by a clock that the story moves: one alert for each offer, a gateway that stays away, a decline with its reason,
// ten seconds to undo, a wrap-up ended early, a page that is left.
import assert from "node:assert/strict";
import {accessible, device, end, mayFail, outside, say, shot, signIn} from "./stage.mjs";

const person = (name) => ({name, product: "solar panels", phones: [], emails: [{address: `${name.toLowerCase()}@example.com`}]});
const stateOf = async (lead) => (await outside("lead", lead)).state;

// ---- what the page would have sounded and shown
const desk = await device("moments");
const alerts = [];
await desk.exposeFunction("alerted", (what) => void alerts.push(what));
await desk.addInitScript(() => {
  document.hasFocus = () => false;
  globalThis.Notification = class {
    static permission = "granted";
    constructor(title) {
      globalThis.alerted(title);
    }
    close() {
      globalThis.notificationsEnded = (globalThis.notificationsEnded ?? 0) + 1;
    }
  };
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
const alerted = async (names) => {
  await desk.evaluate("0");   // alerts on their way have arrived then
  assert.deepEqual(alerts, names.flatMap(ofOffer));
};
await desk.clock.install();
await signIn(desk);
await desk.waitForSelector(".state.available");
await desk.keyboard.press("j");   // a browser gives no sound before a key or a click

const giulia = await outside("publish", person("Giulia"));
await desk.waitForSelector(".card.offer");
await alerted(["Giulia"]);
await desk.reload();
await desk.waitForSelector(".card.offer");
await desk.keyboard.press("j");
await alerted(["Giulia"]);
say("an offer sounds and shows once, over a reload too");

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
assert.equal(await outside("apply", `${text.replace("wrap_up: 1s", "wrap_up: 10m")}decline_reasons: [no-time, wrong-language]\n`), 0);
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
await desk.keyboard.press("2");
await desk.waitForSelector(".card.offer", {state: "detached"});
const [declined] = (await outside("lead", giulia)).decisions.filter(({outcome}) => outcome === "declined");
assert.deepEqual([declined?.rep, declined?.reason], ["anna", "wrong-language"]);
say("a decline has its reason, also in what is explained of the lead");

// ---- ten seconds to undo
const marco = await outside("publish", person("Marco"));
await desk.waitForSelector(".card.offer");
await alerted(["Giulia", "Marco"]);
await desk.keyboard.press("a");
await desk.waitForSelector(".card.lead");
assert.equal(await desk.evaluate(() => globalThis.notificationsEnded), 1);   // with its offer
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
const paola = await outside("publish", person("Paola"));
await desk.waitForSelector(".card.offer");
await desk.keyboard.press("a");
await desk.waitForSelector(".card.lead");
await desk.keyboard.press("1");
await desk.waitForSelector(".undo");
assert.equal(await stateOf(paola), "assigned");
await desk.goto("about:blank");
await outside("until", paola, "completed");
say("who leaves the page ends what waited to be undone");

await end();
