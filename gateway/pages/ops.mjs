// SPDX-License-Identifier: Apache-2.0
// The page of who runs the desk: what the gateway tells each second, in tables; what managers do, to the gateway; and the rules.

import {session, signOut} from "./api.mjs";
import {serverNow, setServerNow} from "./clock.mjs";
import {button, byId, make} from "./elements.mjs";
import {onLead, onRep, onSource, release} from "./ops_acts.mjs";
import {watch} from "./ops_api.mjs";
import * as forms from "./ops_forms.mjs";
import * as ledger from "./ops_ledger.mjs";
import * as plots from "./ops_plots.mjs";
import * as rules from "./ops_rules.mjs";
import * as story from "./ops_story.mjs";
import {Table} from "./ops_table.mjs";
import {inRulesWords} from "./rules_words.mjs";
import {choose, language, languages, load, moment, span, t, wordOf} from "./texts.mjs";
import {event, inWords} from "./words.mjs";

const SAY_AFTER_MS = 1000, RETRY_MS = 2000;
let told = null, user = null, away = 0, current = "";

const may = (what) => user.may.includes(what);
const ago = (unixMs) => (unixMs ? span(serverNow() - unixMs) : "");
const percent = (part, whole) => (whole > 0 ? `${Math.round((100 * part) / whole)} %` : "–");
const scroll = (id) => byId(id).querySelector(".scroll");

// ---- tables

function makeTables() {
  const acts = (does) => ({head: "", act: (row) => (may("act") ? button(t("act_on"), () => does(row()), {"aria-haspopup": "dialog"}) : "")});
  const id = {head: t("lead"), act: (row) => button(row().lead_id, () => story.tellStory(row().lead_id), {class: "id-button id"})};
  const lead = [id, {head: t("queue"), text: (row) => queueLabel(row.queue)}, {head: t("channel"), text: (row) => t(`channel_${row.channel}`)}];
  return {
    queues: new Table(scroll("queues"), t("queues"), [
      {head: t("queue"), text: (row) => row.label}, {head: t("waiting"), number: true, text: (row) => row.waiting},
      {head: t("longest_wait"), number: true, text: (row) => ago(row.oldest_unix_ms)},
      {head: t("at_risk"), number: true, text: (row) => (row.service_level_ms ? row.at_risk : "–"), bad: (row) => row.at_risk > 0},
      {head: t("service_level"), number: true, text: (row) => (row.service_level_ms ? `${percent(row.in_time, row.first_offers)} (${span(row.service_level_ms)})` : "–")}],
    (row) => row.queue),
    reps: new Table(scroll("reps"), t("reps"), [
      {head: t("rep"), text: (row) => row.label}, {head: t("team"), text: (row) => forms.teamLabel(row.team)},
      {head: t("state"), text: (row) => `${t(`state_${row.state}`)} ${ago(row.since_unix_ms)}`, bad: (row) => row.state === "away"},
      {head: t("in_hand"), number: true, text: (row) => `${row.in_hand}/${row.capacity}`},
      {head: t("occupancy"), number: true, text: (row) => percent(row.today.busy_ms, row.today.on_ms)},
      {head: t("completed"), number: true, text: (row) => row.today.completed}, {head: t("declined"), number: true, text: (row) => row.today.declined},
      {head: t("missed"), number: true, text: (row) => row.today.missed, bad: (row) => row.misses.some((one) => serverNow() - one.at_unix_ms < 600000)},
      {head: t("last_misses"), text: (row) => row.misses.map((one) => t("before", {time: ago(one.at_unix_ms)})).join(", ")}, acts(onRep)],
    (row) => row.rep),
    parked: new Table(scroll("parked"), t("parked_leads"), [
      ...lead, {head: t("waits_for"), number: true, text: (row) => ago(row.received_unix_ms)}, {head: t("because"), text: (row) => (row.why ? inWords(row.why) : event(row.cause))},
      {head: "", act: (row) => (may("act") && !told.team ? button(t("act_release"), () => release(row())) : "")}, acts((row) => onLead(row, told.reps, told.team))],
    (row) => row.lead_id),
    leads: new Table(scroll("leads"), t("open_leads"), [
      ...lead, {head: t("state"), text: stateOf}, {head: t("rep"), text: (row) => labelOf(row.rep)},
      {head: t("waits_for"), number: true, text: (row) => ago(row.received_unix_ms), bad: (row) => row.at_risk},
      {head: t("priority"), number: true, text: (row) => row.priority}, acts((row) => onLead(row, told.reps, told.team))], (row) => row.lead_id),
    sources: new Table(scroll("sources"), t("channels"), [
      {head: t("source"), text: (row) => row.source}, {head: t("channel"), text: (row) => (row.channel ? t(`channel_${row.channel}`) : "–")},
      {head: t("last_hour"), number: true, text: (row) => row.last_hour}, {head: t("today"), number: true, text: (row) => row.today},
      {head: t("unserved"), number: true, text: (row) => row.unserved},
      {head: t("takes_leads"), text: (row) => (row.paused ? t("paused_since", {time: ago(row.paused.since_unix_ms), name: row.paused.by, reason: row.paused.reason}) : t("goes_on")),
        bad: (row) => row.paused},
      {head: "", act: (row) => (may("pause") ? button(t("act_on"), () => onSource(row()), {"aria-haspopup": "dialog"}) : "")}], (row) => `${row.channel} ${row.source}`),
    workers: new Table(scroll("workers"), t("workers"), [
      {head: t("worker"), text: (row) => row.worker}, {head: t("state"), text: (row) => `${t(`worker_${row.state}`)} ${ago(row.since_unix_ms)}`, bad: (row) => row.state !== "ready"},
      {head: t("came_hour"), number: true, text: (row) => row.came_hour}, {head: t("errors_hour"), number: true, text: (row) => row.errors_hour, bad: (row) => row.errors_hour > 0},
      {head: t("errors_why"), text: (row) => row.errors.map((one) => `${one.count} ${wordOf("door", one.reason)}`).join(", ")},
      {head: t("held"), number: true, text: (row) => row.held}, {head: t("spool"), number: true, text: (row) => (row.spool_percent < 0 ? "–" : `${row.spool_percent} %`)}, {head: t("oldest"), number: true, text: (row) => (row.oldest_ms > 0 ? span(row.oldest_ms) : "")},
      {head: t("look_at"), text: alarmOf, bad: (row) => row.alarm}], (row) => row.worker),
  };
}

// With the time that its rule or its channel gives for the first touch.
function stateOf(row) {
  const state = t(`lead_${row.state}`), leftMs = (row.first_touch_unix_ms ?? 0) - serverNow();
  if (!row.first_touch_unix_ms) return state;
  return `${state}. ${leftMs > 0 ? t("touch_left", {time: span(leftMs)}) : t("touch_late")}`;
}

function alarmOf(row) {
  if (row.alarm === "nearly_full") return t("alarm_nearly_full", {percent: row.spool_percent});
  return row.alarm === "aside" ? t("alarm_aside", {count: row.aside}) : row.alarm === "waiting" ? t("alarm_waiting") : "";
}

// Those that leads came from of late, each with why it is paused; and those of which none came.
function withPauses(sources, paused) {
  const silent = paused.filter((one) => !sources.some((row) => row.source === one.source));
  return [...sources, ...silent.map((one) => ({source: one.source, channel: "", last_hour: 0, today: 0, unserved: 0}))].map((row) =>
    ({...row, paused: paused.find((one) => one.source === row.source)}));
}

let tables = {};
const labelOf = (name) => told.reps.find((rep) => rep.rep === name)?.label ?? name;
const queueLabel = (name) => told.queues?.find((row) => row.queue === name)?.label || name;

// ---- the rest of the state

function tile(name, value, bad = false) {
  return make("div", {class: bad ? "tile bad" : "tile"}, make("span", {class: "name"}, name), make("span", {class: "value"}, String(value)));
}

function showTiles() {
  const queues = told.queues ?? [], available = told.reps.filter((rep) => rep.connected && rep.state === "available").length;
  const since = queues.map((row) => row.oldest_unix_ms).filter(Boolean), risk = queues.reduce((sum, row) => sum + row.at_risk, 0);
  const all = told.health, held = all ? all.connecting + all.assigned : told.leads.filter((row) => row.state === "assigned" || row.state === "connecting").length;
  byId("tiles").replaceChildren(...[
    !told.team && tile(t("waiting"), all ? all.waiting : "–"), !told.team && tile(t("longest_wait"), since.length > 0 ? ago(Math.min(...since)) : "–"),
    !told.team && tile(t("at_risk"), risk, risk > 0), tile(t("in_hand"), held), tile(t("parked"), all ? all.parked : told.parked.length),
    tile(t("reps_available"), `${available}/${told.reps.filter((rep) => rep.connected).length}`),
    told.first_touch && tile(t("first_touch_half"), told.first_touch.count ? span(told.first_touch.half_ms) : "–"),
    told.first_touch && tile(t("first_touch_most"), told.first_touch.count ? span(told.first_touch.most_ms) : "–")].filter(Boolean));
}

function showBroker() {
  const {health} = told;
  byId("health").className = `state ${told.connected ? "available" : "away"}`;
  byId("health").textContent = told.connected ? t("serving") : t("not_serving");
  if (!health) return;
  byId("desk").textContent = health.desk;
  const facts = [["store", wordOf("redis", health.store)], ["durability", health.durability], ["version", health.version], ["uptime", span(health.uptime_ms)],
    ["rules", health.config_version], ["journal", health.journal_entries], ["checkpoint", span(health.checkpoint_age_ms)],
    ["memory", `${Math.round(health.memory_bytes / 1048576)} MiB`], ["publishers", health.publishers], ["repeated", health.duplicates_total],
    ["refused_frames", health.refused_frames_total]];
  byId("broker").querySelector("dl").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, t(`broker_${name}`)), make("dd", {}, String(value))]));
  byId("broker").querySelector(".warnings").replaceChildren(...health.store_warnings.map((text) => make("li", {}, inRulesWords(text))));
}

function mark() {
  if (!told.parked.some((row) => row.lead_id === current)) current = told.parked[0]?.lead_id ?? "";
  for (const [key, line] of tables.parked.rows) line.element.toggleAttribute("data-current", key === current);
}

function showMore(name, all) {
  byId(name).querySelector(".more").textContent = all > told[name].length ? t("shown_of", {shown: told[name].length, all}) : "";
}

function show() {
  if (!told) return;
  for (const name of ["queues", "reps", "parked", "leads", "sources", "workers"]) if (told[name]) tables[name].show(told[name]);
  document.querySelectorAll(".of-desk").forEach((section) => (section.hidden = Boolean(told.team)));
  showMore("parked", told.parked_count);
  showMore("leads", told.leads_count);
  byId("workers").hidden = !told.workers?.length;
  byId("who").textContent = [user.user, t(`role_${user.role.replace("-", "_")}`), told.team].filter(Boolean).join(" · ");
  showTiles();
  showBroker();
  showSince();
  mark();
}

// Since when each number counts. What is of an hour counts no longer back than the gateway knows.
function showSince() {
  const HOUR_MS = 3600000, day = t(told.since_unix_ms > told.day_unix_ms ? "since_gateway" : "since_midnight", {time: moment(told.since_unix_ms)});
  const hour = {time: moment(Math.max(told.began_unix_ms, serverNow() - HOUR_MS))};
  const say = (place, ...texts) => {
    const text = texts.filter(Boolean).join(" "), line = byId(place).matches(".since") ? byId(place) : byId(place).querySelector(".since");
    if (line.textContent !== text) line.textContent = text;
  };
  say("since", told.first_touch && day);
  say("queues", day);
  say("reps", day);
  say("sources", day, t("since_hour", hour));
  say("workers", t("since_workers", hour));
  say("broker", told.health && t("since_start", {time: moment(serverNow() - told.health.uptime_ms)}));
  say("plots", t("since_plots", {time: moment(told.began_unix_ms)}));
}

// ---- the line to the gateway, and of the gateway to the broker

// Most breaks are over a moment later; where it is certain it is said at once.
function connected(yes, surely = false) {
  byId("main").inert = !yes;
  clearTimeout(away);
  if (!yes && !surely) away = setTimeout(() => showAway(true), SAY_AFTER_MS);
  else showAway(!yes);
}

function showAway(yes) {
  byId("banner").hidden = !yes;
  byId("banner").textContent = yes ? t("ops_away") : "";
  if (yes) document.body.dataset.away = "short";
  else delete document.body.dataset.away;
}

// ---- keys

const step = (by) => {
  const at = told.parked.findIndex((row) => row.lead_id === current);
  current = told.parked[Math.max(0, Math.min(told.parked.length - 1, at + by))]?.lead_id ?? "";
  mark();
};
const KEYS = {
  r: () => {
    const row = told.parked.find(({lead_id: id}) => id === current);
    if (row && may("act") && !told.team) release(row);
  },
  j: () => step(1), k: () => step(-1), w: () => toggle("wallboard"), "/": () => byId("story-id").focus(),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !told || byId("main").inert || document.querySelector("dialog[open]")) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName)) return;
  const does = KEYS[event.key.toLowerCase()];
  if (!does) return;
  event.preventDefault();
  does();
}

// ---- the beginning

// "wallboard" and "rulebook" (at #rules) show less than all, or something else.
const VIEWS = {wallboard: "#wallboard", rulebook: "#rules"};
const isView = (name) => document.body.classList.contains(name);

function view(chosen) {
  for (const name of Object.keys(VIEWS)) document.body.classList.toggle(name, name === chosen);
  history.replaceState(null, "", VIEWS[chosen] ?? location.pathname);
  showMenu();
}

const toggle = (name) => view(isView(name) ? "" : name);

function showMenu() {
  const pick = make("select", {"aria-label": t("language"), onchange: (event) => choose(event.target.value)},
    languages().map((code) => make("option", {value: code, selected: code === language}, code.toUpperCase())));
  byId("menu").replaceChildren(button(t("rulebook"), () => toggle("rulebook"), {"aria-pressed": String(isView("rulebook"))}),
    button(t("wallboard"), () => toggle("wallboard"), {"aria-pressed": String(isView("wallboard"))}),
  may("work") ? button(t("to_desk"), () => location.assign("/desk")) : "", pick, button(t("sign_out"), signOut));
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
await load(user.page.language);
document.title = t("ops_title");
tables = makeTables();
story.begin();
view(Object.keys(VIEWS).find((name) => VIEWS[name] === location.hash) ?? "");
addEventListener("keydown", onKey);
setInterval(show, 1000);
ledger.begin((name) => (told ? labelOf(name) : name));
if (!user.team) {
  plots.begin();
  rules.begin(may("apply"), may("change") && forms.goBack);
}
watch({
  state: (state) => {
    told = {...state, sources: state.sources && withPauses(state.sources, state.health?.paused_sources ?? [])};
    setServerNow(state.now_unix_ms);
    show();
    connected(state.connected);
    if (state.config_version > 0) forms.renew(state.config_version);
    if (!user.team && state.config_version > 0) rules.renew(state.config_version);
  },
  away: (surely) => connected(false, surely),
});
