// SPDX-License-Identifier: Apache-2.0
// A rep's day in short: sign in, an offer, taken and done by keys; the broker dies meanwhile; a second device; a phone, in Italian.
import assert from "node:assert/strict";
import {DESK, WITHOUT_BROKER, accessible, device, end, fitsIn, mayFail, outside, say, shot, signIn} from "./stage.mjs";

const form = {name: "Giulia Rossi", product: "solar panels", summary: "We want to know what 6 kW on our roof cost.\n<b>Call after five.</b>",
              city: "Bergamo", company: "Rossi e figli", attributes: {roof: "tiles, south", do_not_call: "yes"},
              phones: [{e164: "+390255512345", raw: "02 555 12345", time_zone: "Europe/Rome"}, {e164: "", raw: "ask Bruno, 12", time_zone: "Mars/North"}],
              consents: [{purpose: "contact", granted: false, given_unix_ms: Date.UTC(2026, 2, 4, 12), text: "STOP <now>"},
                         {purpose: "marketing", granted: true, given_unix_ms: Date.UTC(2026, 1, 3, 12), text: "Send me offers"}, {purpose: "calls", granted: true}]};

const desk = await device("desk");
await signIn(desk);
await desk.waitForSelector(".state.available");
await desk.waitForSelector("#day dl dd");
assert.match(await desk.textContent("#day"), /Accepted0.*Leads of the last half hour that others got/s);
await accessible(desk, "nothing to do");
say("signed in and available");

await outside("publish", form);
await desk.waitForSelector(".card.offer");
assert.match(await desk.textContent(".card.offer"), /Giulia Rossi.*solar panels.*<b>Call after five/s);
const known = await desk.textContent(".card.offer details");
assert.match(known, /do_not_callyes.*Consentscontact: NO, .*\b2026\b.*:00.*, STOP <now> · marketing: yes, .*\b2026\b.*, Send me offers · calls: yes/s);
assert.match(known, /Time there\w+,? \d\d:\d\d.* \(Europe\/Rome\) · Mars\/North/s);
say("what they agreed to and withdrew, with time and words, and the hour there");
assert.match(await desk.textContent(".countdown .left"), /^(4\d|3\d) s left$/);
assert.match(await desk.textContent("#live"), /New offer: Giulia Rossi/);
assert.match(await desk.title(), /Giulia/);
assert.equal(await desk.textContent(".card.offer .stranger"), "Not known whether a customer");
await accessible(desk, "an offer");
await shot(desk, "offer");
say("the form is offered, with its countdown");

// ---- three keys: accept, note, disposition
await desk.keyboard.press("a");
await desk.waitForSelector(".card.lead:focus");
assert.equal(await desk.getAttribute(".links a", "href"), "tel:+390255512345");
assert.match(await desk.textContent("#who"), /1 of 2 in hand/);
assert.match(await desk.textContent(".touch"), /First contact within/);
assert.equal(await desk.locator(".links a", {hasText: "CRM"}).getAttribute("href"), "https://crm.example.com/?q=%2B390255512345");
await desk.keyboard.press("n");
await desk.keyboard.type("wants a quote by mail, a1 first");
await accessible(desk, "a lead in hand");
await shot(desk, "lead");

mayFail(WITHOUT_BROKER);
await outside("kill-broker");
await desk.waitForSelector("#banner:not([hidden])");
assert.equal(await desk.textContent("#banner"), "Not connected. Trying again. What you see may no longer be yours.");
await accessible(desk, "the broker is away", {away: true});
await desk.waitForSelector("body[data-away=long]");
await accessible(desk, "the broker stays away", {away: true});
assert.equal(await desk.textContent("#banner"), "Not connected. Leads are hidden until it is certain which are yours.");
assert.equal(await desk.locator(".card.lead").isVisible(), false);
await outside("start-broker");
await desk.waitForSelector("#banner", {state: "hidden"});
assert.equal(await desk.inputValue(".card.lead textarea"), "wants a quote by mail, a1 first");
say("the broker was killed and came back; the note is still there");

await desk.reload();
await desk.waitForSelector(".card.lead");
assert.equal(await desk.inputValue(".card.lead textarea"), "wants a quote by mail, a1 first");
await desk.keyboard.press("n");
await desk.keyboard.press("Alt+2");
await desk.waitForSelector(".undo");
await accessible(desk, "it can be undone");
assert.equal(await desk.locator(".card.lead").isVisible(), false);
await desk.keyboard.press("u");
assert.equal(await desk.locator(".card.lead").isVisible(), true);
await desk.keyboard.press("Alt+1");
await desk.click(".undo .now");
await desk.waitForSelector(".card.lead", {state: "detached"});
await desk.waitForSelector(".state.wrap_up, .state.available");
say("accepted, noted and completed by keys; once undone");

// ---- a second device
const lead = await outside("publish", {...form, name: "Marco Bianchi", emails: [{address: "marco@example.com"}], phones: []});
await desk.waitForSelector(".card.offer");
const phone = await device("phone", {locale: "it-IT", viewport: {width: 360, height: 780}, colorScheme: "dark"});
await signIn(phone);
await phone.waitForSelector(".card.offer");
await desk.waitForSelector("#elsewhere[open]");
assert.equal(await desk.locator(".card").count(), 0);
await accessible(desk, "another device has the desk");
await accessible(phone, "an offer on a phone");
await fitsIn(phone, 360);
assert.match(await phone.textContent(".accept"), /^Accetta/);
assert.equal(await phone.getAttribute("html", "lang"), "it");
await shot(phone, "phone");
await phone.click(".accept");
await phone.waitForSelector(".card.lead");
await fitsIn(phone, 360);
await accessible(phone, "a lead on a phone");
await shot(phone, "phone-lead");
say("the phone took over, in Italian, and the first device was told");

assert.equal(await desk.locator("#elsewhere .undone").count(), 0);
await phone.locator(".card.lead .ends button").first().click();
await phone.waitForSelector(".undo");
await desk.click("#elsewhere button");
await desk.waitForSelector(".card.lead");
await phone.waitForSelector("#elsewhere[open] .undone");   // what was not done yet is not lost in silence
assert.equal(await phone.locator(".undo").count(), 0);
await accessible(phone, "what was not done is told");
assert.match(await desk.textContent(".card.lead"), /Marco Bianchi/);
assert.equal(await desk.locator(".card.lead .links a", {hasText: "marco@example.com"}).getAttribute("href"), "mailto:marco@example.com");

// ---- a break once this lead is done
await desk.keyboard.press("b");
await desk.waitForSelector("#ask[open]");
await accessible(desk, "the dialog of breaks");
await desk.click("#ask [aria-label='After this lead'] button");
await desk.waitForFunction(() => /Break after this lead/.test(document.querySelector("#state").textContent));
await desk.keyboard.press("1");
await desk.click(".undo .now");
await desk.waitForSelector(".state.break");
say("on a break after the lead");

// ---- as an app of the device: what Chromium asks for before it offers that, icon by icon, and what an app shows that cannot reach its server
const app = await desk.context().newCDPSession(desk);
assert.deepEqual((await app.send("Page.getInstallabilityErrors")).installabilityErrors, []);
assert.deepEqual((await app.send("Page.getAppManifest")).errors, []);
const manifest = await desk.evaluate(async () => {
  const read = await (await fetch(document.querySelector("link[rel=manifest]").href)).json();
  const pixels = (image, crop) => {   // 32 x 32 of it, without that much on each side
    const size = 32 / (1 - 2 * crop), context = Object.assign(document.createElement("canvas"), {width: 32, height: 32}).getContext("2d");
    context.drawImage(image, -crop * size, -crop * size, size, size);
    return context.getImageData(0, 0, 32, 32).data;
  };
  const icons = await Promise.all(read.icons.map(async ({src, sizes, purpose}) => {
    const image = Object.assign(new Image(), {src});
    await image.decode();
    return {sizes, purpose, image, found: `${image.naturalWidth}x${image.naturalHeight}`};
  }));
  const drawn = pixels(icons.find(({sizes}) => sizes === "any").image, 0);
  return {...read, controlled: Boolean(await navigator.serviceWorker.ready) && navigator.serviceWorker.controller?.scriptURL, icons: icons.map(({image, ...icon}) => {
    const seen = pixels(image, icon.purpose === "maskable" ? 0.125 : 0), middle = Array.from(seen.keys()).filter((at) => Math.abs((Math.floor(at / 4) % 32) - 15.5) < 12 && Math.abs(Math.floor(at / 128) - 15.5) < 12);
    return {...icon, differs: middle.reduce((sum, at) => sum + Math.abs(seen[at] - drawn[at]), 0) / middle.length};
  })};
});
assert.deepEqual(manifest.icons.map(({sizes, purpose}) => `${sizes} ${purpose}`), ["192x192 any", "512x512 any", "512x512 maskable", "any any"]);
for (const {sizes, found, differs} of manifest.icons) {
  if (sizes !== "any") assert.equal(found, sizes);
  assert.ok(differs < 8, `the icon of ${sizes} is another picture than the SVG: ${differs}`);
}
assert.ok(manifest.start_url.startsWith(manifest.scope) && manifest.display === "standalone" && manifest.name && manifest.short_name);
assert.equal(manifest.controlled, `${DESK}/static/service_worker.js`);
await outside("stop-gateway");
mayFail(/^request: GET \/\S* net::ERR_\w+$/);
await desk.goto(`${DESK}${manifest.start_url}`);
assert.match(await desk.textContent("#offline"), /The desk cannot be reached.*non è raggiungibile/s);
await accessible(desk, "the app cannot reach its server");
await outside("restart-gateway");
await desk.waitForSelector(".state.break");
say("the desk can be installed, and an app that cannot reach its server says so and comes back by itself");

await desk.keyboard.press("?");
await desk.waitForSelector("#help[open]");
await accessible(desk, "the keys");
await desk.keyboard.press("Escape");
await desk.click("#menu button:last-child");
await desk.waitForURL("**/sign-in");
await accessible(desk, "sign-in");
await shot(desk, "sign-in");
assert.equal((await outside("lead", lead)).lead_id ?? lead, lead);
say("signed out");
await end();
