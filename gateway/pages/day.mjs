// SPDX-License-Identifier: Apache-2.0
// The rep's own day: numbers, the place in the fair share, and what kept leads from them. A gateway that does not watch the desk asks by the
// rep's session, which knows no times.

import {byId, make} from "./elements.mjs";
import {span, t} from "./texts.mjs";
import {exclusion} from "./words.mjs";

const EVERY_MS = 15000, SOON_MS = 1500, SHOWN_MAX = 8;
const FIRST = ["load", "idle", "tier", "levels", "turn", "share", "worth", "interrupts", "preferred", "order"];
const WHY = ["preferred_rep", "offline", "break", "wrap_up", "away", "hours", "device", "cap", "team_cap", "team_share", "declined_before", "capacity", "shared_list"];

function why(one) {
  if (!one.excluded_by) return t(FIRST.includes(one.decided_by) ? `first_${one.decided_by}` : "first_order");
  return WHY.includes(one.excluded_by) ? t(`why_${one.excluded_by}`) : t("why_rule", {rule: exclusion(one.excluded_by, one.detail)});
}

const leads = (hundredths) => (Math.abs(hundredths) / 100).toLocaleString(document.documentElement.lang, {maximumFractionDigits: 1});

function shareWords(share) {
  const owed = Math.abs(share.owed_hundredths) < 5 ? t("share_even") : t(share.owed_hundredths > 0 ? "share_behind" : "share_ahead", {leads: leads(share.owed_hundredths)});
  return [share.present ? t("share_place", {place: share.place, of: share.of}) : t("share_absent"), owed].join(" · ");
}

// Rows alike are one, with how often: the newest first.
function gathered(others) {
  const rows = new Map();
  for (const one of others) rows.set(why(one), (rows.get(why(one)) ?? 0) + (one.count ?? 1));
  return [...rows].slice(0, SHOWN_MAX);
}

function show(told) {
  const place = byId("day").querySelector(".told"), {today, share, others, waiting} = told;
  const since = new Date(told.since_unix_ms), isWhole = since.getHours() === 0 && since.getMinutes() === 0;   // else the gateway began to count later
  const facts = today ? [["day_accepted", today.accepted], ["day_completed", today.completed], ["day_declined", today.declined], ["day_missed", today.missed],
    ...(today.on_ms === undefined ? [] : [["day_on", span(today.on_ms)], ["day_busy", today.on_ms > 0 ? `${Math.round((100 * today.busy_ms) / today.on_ms)} %` : "–"]])] : [];
  const reasons = [...gathered(others).map(([text, count]) => t("day_other", {count, why: text})),
    ...waiting.slice(0, SHOWN_MAX).map((one) => t("day_waiting", {count: one.count, why: why(one)}))];
  place.replaceChildren(today && !isWhole ? make("p", {class: "since"}, t("day_since", {time: since.toLocaleTimeString(document.documentElement.lang, {hour: "2-digit", minute: "2-digit"})})) : "", make("dl", {}, facts.flatMap(([name, value]) => [make("dt", {}, t(name)), make("dd", {}, String(value))])),
    share ? make("p", {class: "share"}, shareWords(share)) : "",
    make("h3", {}, t("day_why")), reasons.length > 0 ? make("ul", {class: "reasons"}, reasons.map((text) => make("li", {}, text))) : make("p", {class: "empty"}, t("day_none")));
}

let shown = "", hurries = 4;

async function look() {
  const section = byId("day");
  try {
    const answer = await fetch("/api/v1/desk/day");
    if (answer.status === 503 && shown === "" && hurries-- > 0) setTimeout(look, SOON_MS);   // the desk is being opened
    section.hidden = shown === "" && !answer.ok;
    if (answer.ok) {
      const text = await answer.text();
      if (text !== shown) show(JSON.parse(text));
      shown = text;
    }
  } catch {
    // what is there stays: the banner says that we are not connected
  }
}

export function begin() {
  look();
  setInterval(() => document.hidden || document.body.dataset.away || look(), EVERY_MS);
}
