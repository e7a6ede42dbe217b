// SPDX-License-Identifier: Apache-2.0
// Reps, teams and skills as the rules have them, each with a form. What a form would change is told in words before it is applied, with a
// reason; when others were faster their version is looked at first.

import {ask as dialog, button, byId, make} from "./elements.mjs";
import {tell} from "./notices.mjs";
import {ask, get} from "./ops_api.mjs";
import * as fields from "./ops_fields.mjs";
import {Table} from "./ops_table.mjs";
import {inRulesWords} from "./rules_words.mjs";
import {because, t} from "./texts.mjs";

const REASON_MAX = 500, SHOWN_MAX = 300;
let told = null, tables = null, wanted = "";

const may = (what) => told.may.includes(what);
const labelOf = (rows, name) => rows.find((row) => row.name === name)?.label || name;
export const teamLabel = (name) => labelOf(told?.teams ?? [], name);
const skillLabel = (name) => labelOf(told.skills, name);
const levelsText = (levels, label = (key) => key) => Object.entries(levels).map(([key, level]) => `${label(key)} ${level}`).join(", ");

// ---- the tables

const caps = (row) => [row.per_hour && t("form_caps_hour", {count: row.per_hour}), row.per_day && t("form_caps_day", {count: row.per_day}), levelsText(row.per_source)].filter(Boolean).join(", ");

// mon, tue, wed with the same times: Mon–Wed.
function hoursText(hours) {
  const runs = [];
  for (const day of fields.DAYS) {
    const last = runs.at(-1), index = fields.DAYS.indexOf(day);
    if (!hours[day]) continue;
    if (last && last.times === hours[day] && last.to === index - 1) last.to = index;
    else runs.push({from: index, to: index, times: hours[day]});
  }
  return runs.map(({from, to, times}) => `${t(`week_${fields.DAYS[from]}`)}${to > from ? `–${t(`week_${fields.DAYS[to]}`)}` : ""} ${times}`).join("; ");
}

function makeTables() {
  const act = (does) => ({head: "", act: (row) => (may("change") ? button(t("form_edit"), () => does(row()), {"aria-haspopup": "dialog", "aria-label": t("form_edit_this", {name: row().label || row().name})}) : "")});
  const place = (name) => byId("forms").querySelector(`.${name}`);
  return {
    reps: new Table(place("of-reps"), t("reps"), [
      {head: t("rep"), text: (row) => row.label ?? row.name}, {head: t("form_team"), text: (row) => (row.team ? labelOf(told.teams, row.team) : "")},
      {head: t("form_skills"), text: (row) => levelsText(row.skills, skillLabel)},
      {head: t("form_places"), text: (row) => [levelsText(row.languages), row.territories.join(", ")].filter(Boolean).join("; ")},
      {head: t("form_capacity"), number: true, text: (row) => row.capacity ?? 3}, {head: t("form_caps"), text: caps}, {head: t("form_device"), text: (row) => row.device ?? ""},
      act((row) => edit("rep", row))], (row) => row.name),
    teams: new Table(place("of-teams"), t("form_teams"), [
      {head: t("form_team"), text: (row) => row.label ?? row.name}, {head: t("form_hours"), text: (row) => hoursText(row.hours) || t("form_always")},
      {head: t("form_holidays"), text: (row) => row.holidays.join(", ")}, {head: t("form_daily_cap"), number: true, text: (row) => row.daily_cap ?? ""},
      {head: t("form_daily_share"), number: true, text: (row) => (row.daily_share ? `${row.daily_share} %` : "")}, {head: t("form_caps"), text: caps},
      act((row) => edit("team", row))], (row) => row.name),
    skills: new Table(place("of-skills"), t("form_skills"), [
      {head: t("form_skill"), text: (row) => row.label ?? row.name}, {head: t("form_have_it"), number: true, text: (row) => told.reps.filter((rep) => row.name in rep.skills).length},
      {head: "", act: (row) => (may("change") && !told.team ? button(t("form_edit"), () => edit("skill", row()), {"aria-haspopup": "dialog", "aria-label": t("form_edit_this", {name: row().label || row().name})}) : "")}],
    (row) => row.name),
  };
}

function show() {
  const matching = told.reps.filter((row) => `${row.name} ${row.label ?? ""} ${row.team ?? ""}`.toLowerCase().includes(wanted));
  tables.reps.show(matching.slice(0, SHOWN_MAX));
  tables.teams.show(told.teams);
  tables.skills.show(told.skills);
  byId("forms").querySelector(".more").textContent = matching.length > SHOWN_MAX ? t("form_shown", {shown: SHOWN_MAX, count: matching.length}) : "";
}

// ---- a form

function fieldsOf(of, row) {
  const share = may("shares"), made = {};
  const put = (name, field) => (made[name] = field);
  if (of === "skill" || row.name === undefined) if (row.name === undefined) put("name", fields.text("name", null, {hint: t("form_name_hint")}));
  put("label", fields.text("label", row.label));
  if (of === "rep") {
    if (!told.team) put("team", fields.choice("team", row.team, told.teams.map((team) => [team.name, team.label ?? team.name])));
    put("capacity", fields.text("capacity", row.capacity, {number: true, hint: t("form_capacity_hint")}));
    put("skills", fields.levels("skills", row.skills, {options: told.skills.map((skill) => [skill.name, skill.label ?? skill.name]), label: skillLabel, hint: t("form_levels_hint"), first: "5"}));
    put("languages", fields.levels("languages", row.languages, {hint: t("form_languages_hint"), first: "10"}));
    put("territories", fields.list("territories", row.territories ?? []));
    put("device", fields.text("device", row.device, {hint: t("form_device_hint")}));
    if (share) put("tier", fields.text("tier", row.tier, {number: true, hint: t("form_tier_hint")}));
    if (share) put("share", fields.text("share", row.share, {number: true, hint: t("form_share_hint")}));
  }
  if (of === "team") {
    put("time_zone", fields.text("time_zone", row.time_zone, {hint: t("form_zone_hint")}));
    put("hours", fields.hours("hours", row.hours));
    put("holidays", fields.list("holidays", row.holidays ?? [], {type: "date"}));
    if (share) put("daily_cap", fields.text("daily_cap", row.daily_cap, {number: true, hint: t("form_daily_cap_hint")}));
    if (share) put("daily_share", fields.text("daily_share", row.daily_share, {number: true, hint: t("form_daily_share_hint")}));
  }
  if (of !== "skill" && share) {
    put("per_hour", fields.text("per_hour", row.per_hour, {number: true}));
    put("per_day", fields.text("per_day", row.per_day, {number: true, hint: of === "team" ? t("form_team_caps_hint") : ""}));
    put("per_source", fields.levels("per_source", row.per_source, {hint: t("form_source_hint"), first: "10"}));
  }
  return made;
}

// What a change says, in words.
function sentence({of, name, field, key, before, after}) {
  const rows = told[`${of}s`], who = labelOf(rows, name);
  if (field === "name") return t(after === null ? "form_said_gone" : "form_said_new", {name: who});
  const of_key = field === "skills" ? skillLabel(key) : field === "hours" && key ? t(`week_${key}`) : key;
  const what = `${who}: ${t(`form_${field}`)}${key ? `, ${of_key}` : ""}`, name_of = (value) => (field === "team" && value !== null ? labelOf(told.teams, value) : value);
  if (before === null) return t("form_said_comes", {what, after: name_of(after)});
  if (after === null) return t("form_said_goes", {what, before: name_of(before)});
  return t("form_said_becomes", {what, before: name_of(before), after: name_of(after)});
}

function sentences(changes) {
  const whole = new Set(changes.filter((row) => row.field === "name" && row.after === null).map((row) => row.of + row.name));   // gone: no word of its fields
  const rows = changes.filter((row) => row.field === "name" || !whole.has(row.of + row.name));
  return make("ul", {class: "words", "aria-label": t("rules_difference")}, rows.length ? rows.map((row) => make("li", {}, sentence(row))) : make("li", {}, t("rules_same")));
}

const inWords = (text) => inRulesWords(because(text), {place: false});
const problemText = (answer) => because(answer.reason) || (answer.problems ?? []).map(({text}) => inWords(text)).join("; ") || t("rules_wrong");

// Asks what the act would change, then for a reason, and applies it. Gives "applied", "back" (to the form), null (left), or an answer with
// problems. Others' versions that come meanwhile are looked at: the same act on top of them, told anew.
async function carryOut(title, act, back, extra = () => []) {
  let base = told.version, reason = "", note = "";
  for (;;) {
    const checked = await ask("forms", {...act, based_on: base, check: true});
    if (checked.status === 409) {
      note = t("form_others");
      await again(base);
      if (told.version === base) return {outcome: "rejected", reason: t("form_wait")};
      base = told.version;
      continue;
    }
    if (checked.outcome !== "accepted") return checked;
    const input = make("input", {type: "text", id: "form-reason", maxlength: REASON_MAX, value: reason}), empty = make("p", {class: "fault", id: "form-reason-fault", hidden: true}, t("form_reason_needed"));
    input.setAttribute("aria-describedby", empty.id);
    const chosen = await dialog(byId("ask"), title, (end) => [
      note && make("p", {class: "note-of-others", role: "status"}, note), sentences(checked.changes), ...extra(),
      checked.warnings.length > 0 && make("ul", {class: "warnings"}, checked.warnings.map((line) => make("li", {}, inRulesWords(line, {place: false})))),
      make("div", {class: "field"}, make("label", {for: "form-reason"}, t("reason")), input, empty),
      make("div", {class: "choices"}, checked.changes.length > 0 || extra().length > 0 ? button(t("rules_apply"), () => {
        empty.hidden = Boolean(input.value.trim());
        if (input.value.trim()) end("apply");
        else input.focus();
      }, {class: "primary"}) : "", back && button(t("form_back"), () => end("back")), button(t("cancel"), () => end(null)))].filter(Boolean));
    if (chosen !== "apply") return chosen;
    reason = input.value.trim();
    const answer = await ask("forms", {...act, based_on: base, reason});
    if (answer.status === 409) {
      note = t("form_others");
      await again(base);
      base = told.version;
      continue;
    }
    if (answer.outcome === "accepted") {
      tell(t("rules_applied", {version: answer.version}));
      return "applied";
    }
    return answer.outcome === "unknown" ? {...answer, reason: t("form_unknown")} : answer;
  }
}

// The rules are others than `version`, or will be in a moment.
async function again(version) {
  for (let tries = 0; tries < 10; tries++) {
    const now = await get("forms");
    if (now && now.version !== version) {
      told = now;
      show();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

// The form stays as it was filled in when one comes back to it.
async function edit(of, row) {
  const isNew = row.name === undefined, title = isNew ? t(`form_new_${of}`) : row.label || row.name, made = fieldsOf(of, row);
  const found = make("p", {class: "fault", role: "alert", hidden: true});
  let problems = [];
  for (;;) {
    const act = await dialog(byId("ask"), title, (end) => {
      queueMicrotask(() => point(made, found, problems));
      return [make("form", {class: "form", novalidate: true, onsubmit: (event) => {
        event.preventDefault();
        end("change");
      }}, Object.values(made).map(({element}) => element), found,
      make("div", {class: "choices"}, make("button", {type: "submit", class: "primary"}, t("form_look")),
        !isNew && of !== "team" && button(t(`form_remove_${of}`), () => end("remove")), button(t("cancel"), () => end(null))))];
    });
    if (!act) return;
    const set = Object.fromEntries(Object.entries(made).map(([name, field]) => [name, field.changed()]).filter(([name, value]) => name !== "name" && value !== undefined));
    if (isNew && of === "rep" && told.team) set.team = told.team;
    const name = isNew ? made.name.changed() ?? "" : row.name;
    problems = isNew && !name ? [{field: "name", text: t("form_name_needed")}] : [];
    if (problems.length) continue;
    const asked = act === "remove" ? {act: `remove_${of}`, name} : {act: `${isNew ? "add" : "change"}_${of}`, name, set};
    const ended = await carryOut(title, asked, true);
    if (ended === "applied" || ended === null) return;
    problems = ended === "back" ? [] : ended.problems?.length ? ended.problems.map((one) => ({...one, text: inWords(one.text)})) : [{field: "", text: problemText(ended)}];
  }
}

function point(made, found, problems) {
  for (const field of Object.values(made)) field.fault("");
  const lost = problems.filter(({field}) => !made[field]);
  found.hidden = lost.length === 0;
  found.textContent = lost.map(({text}) => text).join("; ");
  for (const {field, text} of [...problems].reverse()) made[field]?.fault(text);
}

// A former version, with what else is different in it shown as lines.
export async function goBack(version, extra) {
  const ended = await carryOut(t("form_go_back", {version}), {act: "go_back", version}, false, extra);
  if (ended && ended !== "applied") tell(t("failed", {reason: problemText(ended)}));
}

// ---- the beginning

export async function renew(version) {
  if (told?.version === version) return;
  const now = await get("forms");
  if (!now || now.version !== version || told?.version === version) return;
  told = now;
  if (!tables) begin();
  show();
}

function begin() {
  const find = make("input", {type: "search", id: "form-find", oninput: () => {
    wanted = find.value.trim().toLowerCase();
    show();
  }});
  tables = makeTables();
  byId("forms").querySelector(".tools").replaceChildren(...[make("label", {for: "form-find"}, t("form_find")), find,
    may("change") && button(t("form_new_rep"), () => edit("rep", {}), {"aria-haspopup": "dialog"}),
    may("change") && !told.team && button(t("form_new_skill"), () => edit("skill", {}), {"aria-haspopup": "dialog"})].filter(Boolean));
}
