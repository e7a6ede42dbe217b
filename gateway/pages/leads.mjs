// SPDX-License-Identifier: Apache-2.0
// The leads in hand: links, first-touch clock, note, how it ended, handing on.

import {act} from "./api.mjs";
import {run, serverNow} from "./clock.mjs";
import * as drafts from "./drafts.mjs";
import {ask, button, byId, digitOf, key, make, write} from "./elements.mjs";
import {details, heading, links, nameOf, wishes} from "./lead_view.mjs";
import {tell} from "./notices.mjs";
import {ahead, because, labelOf, span, t} from "./texts.mjs";
import {UNDO_MS, later} from "./undo.mjs";

const BUTTONS_MAX = 12;
const NOTE_MAX = 500;   // bytes that the broker takes of a note
const cards = new Map();   // by lead id
const ended = new Set();   // ids of what was ended, handed on or declined here
let page = {}, current = "", expected = "", waits = false;   // expected: the lead that the rep accepts or has accepted, until it is here

// Also when the desk's rules are others: what is typed into the cards stays.
export function begin(settings) {
  page = settings;
  for (const card of cards.values()) fillEnds(card);
}

// certain: the rows are all that are this rep's. Until that is so, what was typed is kept.
export function show(rows, certain) {
  for (const [id, card] of cards) {
    if (rows.some((row) => row.lead_id === id)) continue;
    card.element.remove();
    cards.delete(id);
  }
  if (certain) drafts.keepOnly(rows.map((row) => row.lead_id));
  for (const row of rows) place(row);
  if (cards.has(expected)) arrived();
  if (!waits && !visible().some((card) => card.row.lead_id === current)) select(visible()[0]?.row.lead_id ?? "");
}

// The keys are for the lead that is accepted now, not for one that was in hand before; who writes on that one goes on with it.
export function expect(id) {
  expected = id;
  waits = true;
  if (!isWrittenOn()) select("");
}

// Written in another tab, and this one has the desk now.
export function heardNote(id, text) {
  const card = cards.get(id);
  if (!card || card.note === document.activeElement) return;
  card.note.value = text;
  noteFits(card.note, card.long);
}

export const noteEnded = (id) => ended.add(id);
export const wasEnded = (id) => ended.has(id);
export const keepEnded = (ids) => [...ended].filter((id) => !ids.includes(id)).forEach((id) => ended.delete(id));

// What became of it.
export function answered(id, isOurs) {
  if (id !== expected) return;
  waits = false;
  if (!isOurs) expected = "";
  if (!isOurs && !current) select(visible()[0]?.row.lead_id ?? "");
}

function arrived() {
  const id = expected;
  expected = "";
  waits = false;
  if (isWrittenOn()) return;
  select(id);
  if (!document.querySelector("dialog[open]") && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName)) cards.get(id).element.focus();   // not from where somebody writes
}

// Or acted on: by what is in its card, not by the card itself, on which the focus is once it was accepted.
function isWrittenOn() {
  const element = cards.get(current)?.element;
  return element !== document.activeElement && element?.contains(document.activeElement) === true;
}

const visible = () => [...cards.values()].filter((card) => !card.element.hidden);
export const count = () => visible().length;

function place(row) {
  const card = cards.get(row.lead_id) ?? add(row);
  const content = JSON.stringify(row);
  if (card.content === content) return;
  card.row = row;
  card.content = content;
  card.known.replaceChildren(heading(row, 3), row.phase === "connecting" ? make("p", {class: "connecting"}, t("connecting")) : "",
    touchClock(row), links(row, page.crm_link, () => touch(row)), wishes(row), details(row));
}

// The parts that are typed into are made once, so that nothing that is told meanwhile disturbs them.
function add(row) {
  const id = row.lead_id, known = make("div", {class: "known"});
  const long = make("p", {id: `long-${id}`, class: "long", role: "alert"});
  const note = make("textarea", {id: `note-${id}`, rows: "2", placeholder: t("note_hint"), "aria-describedby": long.id});
  note.value = drafts.read(id);
  note.addEventListener("input", () => {
    drafts.write(id, note.value);
    noteFits(note, long);
  });
  const wrong = make("p", {id: `wrong-${id}`, class: "wrong", role: "alert"});
  const at = make("input", {id: `at-${id}`, type: "datetime-local", "aria-describedby": wrong.id, oninput: () => blame(card, "")});
  const place = make("input", {id: `place-${id}`, maxlength: "200"});
  const where = make("span", {class: "where"}, make("label", {for: place.id}, t("transfer_place")), place);
  const when = make("div", {class: "when"}, make("label", {for: at.id}, t("call_back_at")), at, where, wrong);
  const ends = make("p", {class: "ends", role: "group", "aria-label": t("how_did_it_end")});
  const element = make("article", {class: "card lead", "aria-labelledby": `name-${id}`, tabindex: "-1", onfocusin: () => select(id)},
    known, make("p", {class: "note"}, make("label", {for: note.id}, t("note"), key("N")), note), long, when, ends,
    make("p", {class: "acts"}, make("button", {type: "button", onclick: () => transfer(id)}, t("transfer"), key("H"))));
  const card = {row, element, known, note, long, at, place, where, when, wrong, ends, content: ""};
  fillEnds(card);
  noteFits(note, long);
  cards.set(id, card);
  byId("leads").querySelector(".cards").append(element);
  return card;
}

// As the broker counts, which would keep only the beginning: nothing of a note is lost without a word.
function noteFits(note, told) {
  const size = new TextEncoder().encode(note.value.trim()).length, fits = size <= NOTE_MAX;
  write(told, fits ? "" : t("note_long", {size, most: NOTE_MAX}));
  note.setAttribute("aria-invalid", String(!fits));
  return fits;
}

// The lead comes back then: a time can be named. `time` is of a gateway that does not follow the rules, and knows no more.
const comesBack = (one) => one.time === true || one.then === "call_back" || one.then === "appointment";

function thenOf(one) {
  if (one.then === "call_back") return one.after_ms > 0 ? t("then_call_back", {time: ahead(one.after_ms)}) : t("then_time");
  if (one.then === "appointment") return t(one.after_ms > 0 ? "then_appointment" : "then_appointment_time");
  return one.then === "park" ? t("then_park") : one.then === "suppress" ? t("then_suppress") : "";
}

// The ways to end it that the desk's rules have.
function fillEnds(card) {
  card.when.hidden = !page.dispositions.some(comesBack);
  card.where.hidden = !page.dispositions.some((one) => one.then === "appointment");
  card.ends.replaceChildren(...page.dispositions.map((one, index) => make("button",
    {type: "button", "data-name": one.name, "data-class": one.class, onclick: () => complete(card.row.lead_id, one), title: digitOf(index) || null},
    labelOf(one), digitOf(index) && key(digitOf(index)), thenOf(one) && make("span", {class: "then"}, thenOf(one)))));
}

function touchClock(row) {
  if (!row.touch_by_unix_ms) return "";
  const text = make("span", {role: "timer"});
  run(text, row.touch_by_unix_ms, (leftMs) => {
    write(text, leftMs > 0 ? t("touch_left", {time: span(leftMs)}) : t("touch_late"));
    text.classList.toggle("soon", leftMs < 60000 || row.nudged === true);
  });
  return make("p", {class: "touch"}, text, make("button", {type: "button", onclick: () => touch(row)}, t("touched"), key("T")));
}

function select(id) {
  current = id;
  for (const [one, card] of cards) card.element.toggleAttribute("data-current", one === id);
}

function wrong(told) {
  if (told.outcome === "accepted" || told.outcome === "duplicate") return false;
  tell(told.outcome === "unknown" ? t("failed_unknown") : t("failed", {reason: because(told.reason, told.outcome)}));
  return true;
}

async function touch(row) {
  if (row.touch_by_unix_ms) wrong(await act("touch", {lead_id: row.lead_id, offer_number: row.offer_number}));
}

// Out of sight at once, done in ten seconds; back as it was when undone or refused.
function finish(id, text, name, members) {
  const card = cards.get(id);
  card.element.hidden = true;
  const back = () => {
    if (!cards.has(id)) return;
    card.element.hidden = false;
    select(id);
    card.note.focus();
  };
  later(text, async ({last}) => {
    const failed = cards.has(id) && wrong(await act(name, {lead_id: id, offer_number: card.row.offer_number, ...members}, {last}));
    if (failed) back();
    else noteEnded(id);
    return !failed;
  }, back);
  select(visible()[0]?.row.lead_id ?? "");
  document.dispatchEvent(new Event("leads"));
  if (document.activeElement === document.body || card.element.contains(document.activeElement)) byId("main").focus();
}

function blame(card, text) {
  card.wrong.textContent = text;
  card.at.setAttribute("aria-invalid", String(text !== ""));
}

// What is wrong with the time for that disposition, in words; "": nothing.
function timeProblem(one, at) {
  const now = serverNow(), label = labelOf(one);
  if (at === 0) return one.after_ms === 0 ? t("time_needed", {label}) : "";
  if (at < now + (one.at_least_ms ?? 0) + UNDO_MS) return one.at_least_ms > 0 ? t("time_early", {label, time: ahead(one.at_least_ms)}) : t("time_past");
  return one.at_most_ms && at > now + one.at_most_ms ? t("time_late", {label, time: ahead(one.at_most_ms)}) : "";
}

function complete(id, disposition) {
  const card = cards.get(id), at = comesBack(disposition) && card.at.value ? new Date(card.at.value).getTime() : 0;
  const problem = comesBack(disposition) ? timeProblem(disposition, at) : "";
  blame(card, problem);
  if (problem) return card.at.focus();
  if (!noteFits(card.note, card.long)) return card.note.focus();
  finish(id, t("will_complete", {name: nameOf(card.row), label: labelOf(disposition)}), "complete",
    {disposition: disposition.name, note: card.note.value.trim(), at_unix_ms: at, place: disposition.then === "appointment" ? card.place.value : ""});
}

// A few as buttons, which digits press; more as a list.
function choices(title, rows, choose, target) {
  if (rows.length === 0) return "";
  if (rows.length > BUTTONS_MAX) {
    const list = make("select", {"aria-label": title}, rows.map((one) => make("option", {value: one.name}, one.label)));
    return make("div", {class: "choices", role: "group", "aria-label": title}, make("h3", {}, title), list,
      button(t("transfer"), () => choose(target(list.value)), {"aria-label": `${t("transfer")}: ${title}`}));
  }
  return make("div", {class: "choices", role: "group", "aria-label": title}, make("h3", {}, title),
    rows.map((one) => button(one.label, () => choose(target(one.name)))));
}

async function transfer(id) {
  const {skills, teams, reps} = page.transfer, card = cards.get(id);
  const wrong = make("p", {id: "transfer-wrong", class: "wrong", role: "alert"});
  const note = make("textarea", {id: "transfer-note", rows: "2", "aria-describedby": wrong.id});
  note.value = card.note.value;
  const fits = () => noteFits(note, wrong);
  note.addEventListener("input", () => {   // it is the lead's note, also when nothing comes of this
    card.note.value = note.value;
    drafts.write(id, note.value);
    noteFits(card.note, card.long);
    fits();
  });
  fits();
  const at = make("input", {id: "transfer-at", type: "datetime-local"}), where = make("input", {id: "transfer-place", maxlength: "200"});
  const target = await ask(byId("ask"), t("transfer_title"), (end) => {
    const choose = (chosen) => (fits() ? end(chosen) : note.focus());
    return [choices(t("transfer_skill"), skills, choose, (name) => ({skill: name, level: 1})), choices(t("transfer_team"), teams, choose, (name) => ({team: name})),
    choices(t("transfer_rep"), reps, choose, (name) => ({rep: name})),
    make("p", {class: "note"}, make("label", {for: note.id}, t("transfer_note")), note), wrong,
    make("p", {class: "when"}, make("label", {for: at.id}, t("transfer_time")), at, make("label", {for: where.id}, t("transfer_place")), where),
    make("p", {class: "choices"}, button(t("transfer_back"), () => choose({back: true})), button(t("cancel"), () => end(null)))];
  });
  if (!target || !cards.has(id)) return;
  if (note.value.trim()) target.note = note.value.trim();
  if (at.value) Object.assign(target, {appointment_unix_ms: new Date(at.value).getTime(), place: where.value});
  finish(id, t("will_transfer", {name: nameOf(cards.get(id).row)}), "transfer", target);
}

const chosen = () => cards.get(current);
export const noteCurrent = () => chosen()?.note.focus();
export const touchCurrent = () => chosen() && touch(chosen().row);
export const transferCurrent = () => chosen() && transfer(current);
export const endCurrent = (number) => chosen() && page.dispositions[number - 1] && complete(current, page.dispositions[number - 1]);

export function step(by) {
  const shown = visible(), at = shown.findIndex((card) => card.row.lead_id === current);
  const next = shown[Math.min(shown.length - 1, Math.max(0, at + by))];
  if (!next) return;
  select(next.row.lead_id);
  next.element.scrollIntoView({block: "nearest"});
}
