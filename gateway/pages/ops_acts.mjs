// SPDX-License-Identifier: Apache-2.0
// What managers do: each asks once more, with room for a reason, and says what became of it.

import {ask as dialog, button, byId, make} from "./elements.mjs";
import {tell} from "./notices.mjs";
import {ask} from "./ops_api.mjs";
import {because, t} from "./texts.mjs";

const PRIORITY_MAX = 200, HOUR_MS = 3600000;

async function send(name, body, what) {
  const answer = await ask(name, body), done = answer.outcome === "accepted" || answer.outcome === "duplicate";
  tell(done ? t("done", {what}) : t("failed", {reason: answer.reason ? because(answer.reason) : t(answer.outcome === "unknown" ? "no_answer" : "refused_so")}));
  return done;
}

export const release = (lead) => send("lead", {lead_id: lead.lead_id, act: "release"}, `${t("act_release")}: ${lead.lead_id}`);

function field(id, label, input) {
  input.id = id;
  return [make("label", {for: id}, label), input];
}

// The page's clock reads local time: what an input of that type wants.
function localTime(unixMs) {
  const date = new Date(unixMs);
  return new Date(unixMs - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

// Which acts make sense for a lead of that state; of one team's only those that keep it in the team.
function actsOf(lead, ofTeam) {
  const held = ["offered", "connecting", "assigned"].includes(lead.state), rests = ["waiting", "parked", "scheduled"].includes(lead.state);
  return ["assign", held && "take_back", rests && !ofTeam && "hold", (lead.state === "parked" || lead.state === "scheduled") && !ofTeam && "release",
    !ofTeam && "prioritise", !ofTeam && "cancel"].filter(Boolean);
}

export async function onLead(lead, reps, ofTeam) {
  const who = make("select", {}, reps.map((rep) => make("option", {value: rep.rep}, rep.label)));
  const until = make("input", {type: "datetime-local", value: localTime(Date.now() + HOUR_MS)});
  const priority = make("input", {type: "number", min: 0, max: PRIORITY_MAX, value: lead.priority});
  const reason = make("input", {type: "text", maxlength: 200});
  const acts = actsOf(lead, ofTeam);
  const chosen = await dialog(byId("ask"), t("act_on_lead", {lead: lead.lead_id}), (end) => [
    make("p", {class: "why"}, [t(`lead_${lead.state}`), lead.queue, lead.rep].filter(Boolean).join(" · ")),
    make("div", {class: "fields"}, field("act-rep", t("rep"), who), acts.includes("hold") && field("act-until", t("until"), until),
      acts.includes("prioritise") && field("act-priority", t("priority"), priority), field("act-reason", t("reason"), reason)),
    make("div", {class: "choices"}, acts.map((act) => button(t(`act_${act}`), () => end(act))), button(t("cancel"), () => end(null)))]);
  if (!chosen) return;
  const more = {assign: {rep: who.value}, hold: {until_unix_ms: new Date(until.value).getTime() || 0}, prioritise: {priority: Number(priority.value)}};
  await send("lead", {lead_id: lead.lead_id, act: chosen, reason: reason.value, ...more[chosen]}, `${t(`act_${chosen}`)}: ${lead.lead_id}`);
}

export async function onSource(source) {
  const reason = make("input", {type: "text", maxlength: 200}), pause = !source.paused, act = t(pause ? "act_pause" : "act_resume");
  const chosen = await dialog(byId("ask"), t("act_on_source", {name: source.source}), (end) => [
    make("p", {class: "why"}, t(pause ? "pause_means" : "resume_means")), make("div", {class: "fields"}, field("act-reason", t("reason"), reason)),
    make("div", {class: "choices"}, button(act, () => end(true)), button(t("cancel"), () => end(null)))]);
  if (chosen) await send("source", {source: source.source, pause, reason: reason.value}, `${act}: ${source.source}`);
}

export async function onRep(rep) {
  const reason = make("input", {type: "text", maxlength: 200});
  const chosen = await dialog(byId("ask"), t("act_on_rep", {name: rep.label}), (end) => [
    make("p", {class: "why"}, t(`state_${rep.state}`)), make("div", {class: "fields"}, field("act-reason", t("reason"), reason)),
    make("div", {class: "choices"}, ["available", "break", "offline"].map((state) => button(t(`state_${state}`), () => end(state))),
      button(t("cancel"), () => end(null)))]);
  if (chosen) await send("rep", {rep: rep.rep, state: chosen, reason: reason.value}, `${rep.label}: ${t(`state_${chosen}`)}`);
}
