// SPDX-License-Identifier: Apache-2.0
// The offers before the rep: a card each, the first on top, with its countdown.

import {act} from "./api.mjs";
import {alertOf, endAlert, isNew, say} from "./alerts.mjs";
import {run} from "./clock.mjs";
import {ask, button, byId, digitOf, key, make} from "./elements.mjs";
import {countdown, details, heading, nameOf, wantsOf, wishes} from "./lead_view.mjs";
import * as leads from "./leads.mjs";
import {tell} from "./notices.mjs";
import {because, labelOf, t} from "./texts.mjs";
import {inWords} from "./words.mjs";

const cards = new Map();
let page = {};

export function begin(settings) {
  page = settings;
}

export function show(rows) {
  for (const [name, card] of cards) {
    if (rows.some((row) => nameOfOffer(row) === name)) continue;
    card.element.remove();
    cards.delete(name);
  }
  const fresh = rows.filter(isNew);
  for (const row of rows) place(row);
  if (fresh.length > 0) alertOf(t("new_offer", {name: nameOf(fresh[0]), wants: wantsOf(fresh[0])}), wantsOf(fresh[0]));
  if (rows.length === 0) endAlert();
  byId("offers").hidden = rows.length === 0;
  document.title = rows.length > 0 ? `(${rows.length}) ${nameOf(rows[0])} – Leadwire` : "Leadwire";
}

const nameOfOffer = (row) => `${row.lead_id} ${row.offer_number}`;

// A card is made anew only when what it shows is another.
function place(row) {
  const name = nameOfOffer(row), content = JSON.stringify([row.lead, row.contacts, row.why]), old = cards.get(name);
  if (old?.content === content) return;
  const element = make("article", {class: "card offer", "aria-labelledby": `name-${row.lead_id}`},
    countdown(row), heading(row, 3), wishes(row), row.why && make("p", {class: "why"}, make("strong", {}, `${t("why_you")}: `), inWords(row.why)),
    make("p", {class: "acts"},
      make("button", {type: "button", class: "primary accept", onclick: () => accept(row)}, t("accept"), key("A")),
      make("button", {type: "button", class: "decline", onclick: () => decline(row)}, t("decline"), key("D"))),
    details(row));
  let warned = false;
  run(element, row.deadline_unix_ms, (leftMs) => {
    for (const one of element.querySelectorAll(".acts button")) one.disabled = leftMs <= 0 || cards.get(name)?.asked === true;
    if (leftMs < 10000 && leftMs > 0 && !warned) {
      warned = true;
      say(t("ten_seconds"));
    }
  });
  if (old) old.element.replaceWith(element);
  else byId("offers").querySelector(".cards").append(element);
  cards.set(name, {row, element, content, asked: false});
}

async function answer(row, name, members) {
  const card = cards.get(nameOfOffer(row));
  if (!card || card.asked) return;
  card.asked = true;
  if (name === "accept") leads.expect(row.lead_id);
  const told = await act(name, {lead_id: row.lead_id, offer_number: row.offer_number, ...members});
  const isDone = told.outcome === "accepted" || told.outcome === "duplicate";
  card.asked = false;
  if (name === "accept") leads.answered(row.lead_id, isDone);
  if (isDone) {
    if (name === "accept") say(t("accepted", {name: nameOf(row)}));
    else leads.noteEnded(row.lead_id);
  } else {
    tell(told.outcome === "unknown" ? t("failed_unknown") : t("failed", {reason: because(told.reason, told.outcome)}));
  }
}

function accept(row) {
  return answer(row, "accept", {});
}

async function decline(row) {
  let reason = "";
  if (page.decline_reasons.length > 0) {
    reason = await ask(byId("ask"), t("decline_title"), (choose) => [make("p", {class: "choices"},
      page.decline_reasons.map((one, index) => make("button", {type: "button", onclick: () => choose(one.name), "aria-keyshortcuts": digitOf(index) || null},
        labelOf(one), digitOf(index) && key(digitOf(index)))),
      button(t("cancel"), () => choose(null)))]);
    if (reason === null) return;
  }
  await answer(row, "decline", {reason});
}

const first = () => cards.values().next().value?.row;
export const acceptFirst = () => first() && accept(first());
export const declineFirst = () => first() && decline(first());
