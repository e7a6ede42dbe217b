// SPDX-License-Identifier: Apache-2.0
// A lead that is offered to two reps at once: who is slower is told who has it, in their language; so is who takes it at the same moment.
import assert from "node:assert/strict";
import {accessible, device, end, outside, say, shot, signIn} from "./stage.mjs";

const lead = (name) => ({name, product: "insulation", phones: [], emails: [{address: `${name.toLowerCase()}@example.com`}]});
const notice = (page, text) => page.locator("#notices .notice", {hasText: text});
const rules = await outside("desk");
assert.equal(await outside("apply", rules.replace("policy: least_loaded", "policy: broadcast")), 0);

const anna = await device("anna");
const bruno = await device("bruno", {locale: "it-IT"});
await signIn(anna);
await signIn(bruno, "bruno");
await Promise.all([anna, bruno].map((page) => page.waitForSelector(".state.available")));

// ---- Bruno takes it while Anna looks at it
await outside("publish", lead("Elena"));
await Promise.all([anna, bruno].map((page) => page.waitForSelector(".card.offer")));
await bruno.click(".accept");
await notice(anna, "Taken by bruno.").waitFor();
await anna.waitForSelector(".card.offer", {state: "detached"});
await bruno.waitForSelector(".card.lead");
assert.equal(await anna.locator(".card").count(), 0);
await accessible(anna, "a lead that a colleague took");
await shot(anna, "taken");
say("who looks at an offer is told who took it");

// ---- Anna takes the next, while Bruno's own yes is on its way
await outside("publish", lead("Sofia"));
await Promise.all([anna, bruno].map((page) => page.waitForSelector(".card.offer")));
let letGo;
const gone = new Promise((resolve) => (letGo = resolve));
await bruno.route("**/api/v1/desk/accept", (route) => gone.then(() => route.continue()));
await bruno.click(".accept");
await anna.click(".accept");
await notice(bruno, "Preso da anna.").waitFor();
letGo();
await notice(bruno, "Non ha funzionato: lo ha un collega.").waitFor();
await anna.waitForSelector(".card.lead");
assert.match(await anna.textContent(".card.lead"), /Sofia/);
assert.equal(await bruno.locator(".card.lead", {hasText: "Sofia"}).count(), 0);
await accessible(bruno, "a lead that both took");
say("who takes it at the same moment is told that a colleague has it");

await end();
