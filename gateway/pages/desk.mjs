// SPDX-License-Identifier: Apache-2.0
// The rep's desk: the state that the gateway tells, on the page; what the rep does, to the gateway.

import {act, listen, session, signOut} from "./api.mjs";
import {askToNotify, canAskToNotify, soundIsOn, soundWaits, turnSound} from "./alerts.mjs";
import {run, setServerNow} from "./clock.mjs";
import * as day from "./day.mjs";
import {ask, button, byId, key, make, placeOf} from "./elements.mjs";
import * as drafts from "./drafts.mjs";
import * as install from "./install.mjs";
import {nameOf} from "./lead_view.mjs";
import * as leads from "./leads.mjs";
import * as notices from "./notices.mjs";
import * as offers from "./offers.mjs";
import * as shared from "./shared.mjs";
import {because, choose, labelOf, language, languages, load, span, t} from "./texts.mjs";
import {drop, settle, undoLast} from "./undo.mjs";

const SAY_AFTER_MS = 1000, HIDE_AFTER_MS = 15000, RETRY_MS = 2000;
let mine = [];   // what was surely ours when that was told last
let told = null, away = [], settings = {}, user = null, renews = false;

// ---- the state

function showState(state) {
  const reachChanged = told?.stays_away !== state.stays_away;
  told = state;
  if (reachChanged) showMenu();
  setServerNow(state.now_unix_ms);
  offers.show(state.leads.filter((row) => row.phase === "offered"));
  leads.show(state.leads.filter((row) => row.phase !== "offered"), state.connected);
  shared.show(state.shared);
  notices.show(state.notices);
  tellGone(state);
  showRep();
  showQuiet();
  connected(state.connected);
  if (state.rules !== settings.rules) renew();
}

// What went to somebody else, or ended, while nobody could tell us.
function tellGone({connected: certain, leads: rows, notices: said}) {
  if (!certain) return;
  const known = ({lead_id: id}) => leads.wasEnded(id) || [...rows, ...said].some((one) => one.lead_id === id);
  const gone = away.length > 0 ? mine.filter((row) => !known(row)) : [];
  if (gone.length > 0) notices.tell(t("gone_meanwhile", {names: gone.map(nameOf).join(", ")}));
  mine = rows;
  leads.keepEnded(rows.map(({lead_id: id}) => id));
}

// The desk's rules are others than those that the page was made with.
async function renew() {
  if (renews) return;
  renews = true;
  try {
    settings = (await session()).page;
    offers.begin(settings);
    leads.begin(settings);
  } catch {
    // with the next state again
  } finally {
    renews = false;
  }
}

function showRep() {
  const {rep, break_after_lead: breakComes} = told, free = rep.state === "available";
  const inHand = told.leads.reduce((sum, row) => sum + (row.phase === "offered" ? 0 : row.weight), 0);
  const until = make("span", {class: "until"});
  if (rep.until_unix_ms) run(until, rep.until_unix_ms, (leftMs) => (until.textContent = span(leftMs)));
  byId("who").textContent = [rep.name, rep.capacity ? t("load", {load: inHand, capacity: rep.capacity}) : ""].filter(Boolean).join(" · ");
  const line = make("span", {class: `state ${rep.state}`}, breakComes ? t("break_comes") : t(`state_${rep.state}`),
    rep.state === "break" && rep.reason ? ` (${wordsOf(rep.reason)})` : "", until);
  const had = document.activeElement?.dataset?.act;
  byId("state").replaceChildren(line,
    free && !breakComes ? "" : button(t(rep.state === "wrap_up" ? "end_wrap_up" : "go_available"), goAvailable, {class: "primary", "data-act": "available"}),
    rep.state === "break" ? "" : make("button", {type: "button", onclick: takeBreak, "data-act": "break"}, t("go_break"), key("B")));
  if (had) byId("state").querySelector(`[data-act=${had}], button`)?.focus();
}

function wordsOf(reason) {
  const known = settings.break_reasons.find((one) => one.name === reason);
  return known ? labelOf(known) : reason;
}

function showQuiet() {
  const none = told.leads.every((row) => row.phase === "offered") || leads.count() === 0;
  byId("quiet").textContent = none ? t(`quiet_${told.rep.state}`) : "";
}

// ---- the line to the gateway, and of the gateway to the broker

// Nothing can be done at once; it is said a moment later, since most breaks are over by then, or at once where it is certain.
function connected(yes, surely = false) {
  byId("main").inert = !yes;
  if (!yes && away.length > 0) return;
  away.forEach(clearTimeout);
  away = [];
  if (yes) return showAway("", "");
  const say = () => showAway("short", t("away_banner"));
  away.push(setTimeout(() => showAway("long", t("away_long")), HIDE_AFTER_MS));
  if (surely) say();
  else away.push(setTimeout(say, SAY_AFTER_MS));
}

function showAway(how, why) {
  byId("banner").hidden = !how;
  byId("banner").textContent = why;
  if (how) document.body.dataset.away = how;
  else delete document.body.dataset.away;
}

async function elsewhere(by, line) {
  const undone = drop();   // the gateway takes nothing from this page any more
  byId("main").inert = true;
  offers.show([]);
  leads.show([], false);
  const question = (end) => [make("p", {}, t(`elsewhere_${by}`)), undone > 0 && make("p", {class: "undone"}, t("elsewhere_undone")), button(t("work_here"), () => end(true), {class: "primary"})].filter(Boolean);
  while (!(await ask(byId("elsewhere"), t("elsewhere_title"), question)));   // nothing else can be done here
  byId("main").inert = false;
  line.take();
}

// ---- what the rep does about themselves

async function setState(members) {
  const answer = await act("state", members);
  if (answer.outcome !== "accepted" && answer.outcome !== "duplicate") notices.tell(t("failed", {reason: because(answer.reason, answer.outcome)}));
}

const goAvailable = () => setState({state: "available"});

// Reached by a webhook while the page is closed: the gateway keeps the desk meanwhile.
async function turnReach() {
  const answer = await act("away", {on: !told?.stays_away});
  if (answer.outcome !== "accepted") notices.tell(t("failed", {reason: because(answer.reason, answer.outcome)}));
}

async function takeBreak() {
  const busy = leads.count() > 0, reasons = [...settings.break_reasons, ...(settings.break_reasons.length ? [] : [{name: "", label: t("break_plain")}])];
  const row = (end, after) => make("div", {class: "choices", role: "group", "aria-label": t(after ? "break_after" : "break_now")},
    busy && make("h3", {}, t(after ? "break_after" : "break_now")),
    reasons.map((one) => button(labelOf(one), () => end({state: "break", reason: one.name, after_lead: after}))));
  const chosen = await ask(byId("ask"), t("break_title"), (end) => [
    row(end, false), busy && row(end, true), button(t("cancel"), () => end(null))].filter(Boolean));
  if (chosen) await setState(chosen);
}

// ---- keys

const keysOn = () => localStorage.getItem("keys") !== "off";
const KEYS = {
  a: offers.acceptFirst, d: offers.declineFirst, n: leads.noteCurrent, t: leads.touchCurrent, h: leads.transferCurrent,
  j: () => leads.step(1), k: () => leads.step(-1), u: undoLast, "?": help,
  b: () => (told?.rep.state === "break" ? goAvailable() : takeBreak()),
};

// In a text field a key is text, unless Alt is held. event.code, as Alt changes what some keyboards write.
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.repeat || !told) return;
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName);
  if (document.activeElement?.tagName === "TEXTAREA" && event.key === "Escape") return document.activeElement.blur();
  if (typing ? !event.altKey : !event.altKey && !keysOn()) return;
  const pressed = event.altKey ? event.code.replace(/^(Key|Digit)/, "").toLowerCase() : event.key.toLowerCase();
  const open = document.querySelector("dialog[open]");
  if (open) {
    if (/^[0-9]$/.test(pressed)) open.querySelectorAll("button")[placeOf(pressed) - 1]?.click();
    return;
  }
  const does = /^[0-9]$/.test(pressed) ? () => leads.endCurrent(placeOf(pressed)) : KEYS[pressed];
  if (!does || byId("main").inert) return;
  event.preventDefault();
  does();
}

function help() {
  const rows = [["A", "accept"], ["D", "decline"], ["N", "note"], ["1–9 0", "disposition"], ["T", "touch"],
    ["H", "transfer"], ["J K", "next"], ["U", "undo"], ["B", "break"]];
  const single = make("input", {type: "checkbox", id: "keys-on"});
  single.checked = keysOn();
  single.addEventListener("change", () => localStorage.setItem("keys", single.checked ? "on" : "off"));
  return ask(byId("help"), t("keys_title"), (end) => [
    make("dl", {class: "keys"}, rows.flatMap(([name, what]) => [make("dt", {}, make("kbd", {}, name)), make("dd", {}, t(`key_${what}`))])),
    make("p", {}, t("keys_hint")), make("p", {}, single, make("label", {for: "keys-on"}, t("keys_on"))), button(t("ok"), () => end(true), {class: "primary"})]);
}

// ---- the beginning

const soundWords = () => (soundWaits() ? t("sound_waits") : t(`sound_${soundIsOn() ? "on" : "off"}`));

function soundButton() {
  let wasWaiting = false;
  const made = button(soundWords(), () => {
    if (!wasWaiting) turnSound(!soundIsOn());
    wasWaiting = false;
    made.textContent = soundWords();
  });
  document.addEventListener("sound", ({detail}) => {   // by the click on this button too, which is not to turn it off then
    wasWaiting = soundIsOn() && detail === made;
    made.textContent = soundWords();
  }, {once: true});
  return made;
}

function showMenu() {
  const pick = make("select", {"aria-label": t("language"), onchange: (event) => choose(event.target.value)},
    languages().map((code) => make("option", {value: code, selected: code === language}, code.toUpperCase())));
  byId("menu").replaceChildren(
    canAskToNotify() ? button(t("notify_on"), async () => {
      await askToNotify();
      showMenu();
    }) : "",
    settings.away ? button(t(told?.stays_away ? "reach_on" : "reach_off"), turnReach, {"aria-pressed": String(told?.stays_away === true)}) : "",
    soundButton(), make("button", {type: "button", onclick: help}, t("help"), key("?")), pick, user.may.includes("watch") ? button(t("to_ops"), () => location.assign("/ops")) : "",
    button(t("sign_out"), leave));
}

// What could still be undone is done first, while we may; who is told that it was not stays.
async function leave() {
  if (await settle()) await signOut();
}

async function begin() {
  for (;;) {
    try {
      return await session();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

user = await begin();
settings = user.page;
await load(settings.language);
byId("state").setAttribute("aria-label", t("state_group"));
drafts.begin(user.user, leads.heardNote);
offers.begin(settings);
leads.begin(settings);
showMenu();
day.begin();
install.begin();
addEventListener("keydown", onKey);
document.addEventListener("leads", showQuiet);
offers.show([]);
const line = listen({
  state: showState,
  away: (surely) => connected(false, surely),
  elsewhere: (by) => elsewhere(by, line),
  refused: (reason) => {
    connected(true);
    byId("main").inert = true;
    showAway("long", t("refused", {reason: because(reason)}));
  },
});
