// SPDX-License-Identifier: Apache-2.0
// A rep lets themselves be reached, closes the page, and takes an offer on the phone by the link that a webhook would bring.
import assert from "node:assert/strict";
import {accessible, device, end, fitsIn, mayFail, outside, say, shot, signIn} from "./stage.mjs";

const desk = await device("desk");
await signIn(desk);
await desk.waitForSelector(".state.available");
const reach = desk.locator("#menu button", {hasText: "Reached while away"});
await reach.click();
await desk.locator("#menu button", {hasText: "Reached while away: on"}).waitFor();
await accessible(desk, "reached while away");
await desk.goto("about:blank");

const lead = await outside("publish", {name: "Giulia Rossi", product: "solar panels"});
const link = await outside("offer-link", "anna", lead);
const phone = await device("phone", {locale: "it-IT", viewport: {width: 360, height: 780}, hasTouch: true});
await phone.goto(link);
await phone.waitForSelector("#accept:not([hidden])");
assert.match(await phone.textContent("#what"), /^Una proposta aspetta anna: restano /);
assert.equal((await outside("lead", lead)).state, "offered");   // opening it accepts nothing
await accessible(phone, "an offer by its link");
await fitsIn(phone, 360);
await shot(phone, "offer-link");
await phone.route("**/api/v1/offer/accept", (route) => route.abort());
mayFail(/^request: POST \/api\/v1\/offer\/accept net::ERR_FAILED$/);
await phone.click("#accept");
await phone.waitForFunction(() => document.querySelector("#answer").textContent === "Non è riuscito. Riprova, o vai alla scrivania.");
await accessible(phone, "a yes that did not arrive");
await phone.unroute("**/api/v1/offer/accept");
let letGo;
const gone = new Promise((resolve) => (letGo = resolve));
await phone.route("**/api/v1/offer/accept", (route) => gone.then(() => route.continue()));
await phone.click("#accept");
await phone.waitForFunction(() => document.querySelector("#sending").textContent === "Invio ancora in corso…");
await accessible(phone, "a yes that takes long");
letGo();
await phone.waitForFunction(() => document.querySelector("#answer").textContent === "Il lead è tuo. Lo trovi alla scrivania.");
assert.equal(await phone.locator("#accept").isVisible(), false);
say("accepted on the phone by a click");

await desk.goto(new URL("/desk", link).href);
await desk.waitForSelector(".card.lead");
await phone.goto(new URL("/offer", link).href);
await phone.waitForFunction(() => document.querySelector("#what").textContent === "Questo link non ha proposte.");
await accessible(phone, "a link without an offer");
say("the lead is at the desk");
await end();
