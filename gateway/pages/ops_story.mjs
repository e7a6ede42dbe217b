// SPDX-License-Identifier: Apache-2.0
// A lead's story: what was decided and why, what managers did, what happened.

import {button, byId, make} from "./elements.mjs";
import {look} from "./ops_api.mjs";
import {language, moment, t} from "./texts.mjs";
import {event, exclusion, inWords} from "./words.mjs";

const exact = (unixMs) => (unixMs ? new Date(unixMs).toLocaleTimeString(language) : "");
const words = (...parts) => parts.filter(Boolean).join(" · ");

function candidate(one) {
  const why = one.excluded_by ? exclusion(one.excluded_by, one.detail) : inWords(one.keys || one.detail);
  return make("li", {}, one.chosen ? make("strong", {}, one.rep) : one.rep, why ? `: ${why}` : "");
}

function decision(one) {
  const head = words(exact(one.at_unix_ms), one.rep ? t("offer_to", {number: one.offer_number, rep: one.rep}) : t("nobody_could"), one.policy,
    t("of_eligible", {eligible: one.eligible, considered: one.considered}), event(one.outcome), one.reason);
  return make("li", {}, head, one.urgency && make("p", {class: "why"}, inWords(one.urgency)), one.candidates.length > 0 && make("details", {open: one.candidates.length <= 8},
    make("summary", {}, t("candidates")), make("ol", {}, one.candidates.map(candidate))));
}

const list = (name, rows) => rows.length > 0 && make("div", {}, make("h3", {}, name), make("ol", {}, rows));

function show(told, place) {
  if (told === undefined) return place.replaceChildren(make("p", {class: "empty"}, t("not_read")));
  if (!told || (!told.found && told.events.length === 0)) return place.replaceChildren(make("p", {class: "empty"}, t("no_such_lead")));
  const needs = told.require.map((one) => `${one.skill} ${one.level}`).join(", ");
  place.replaceChildren(make("h3", {}, words(told.lead_id, told.found ? t(`lead_${told.state}`) : t("lead_ended"), told.rep)),
    told.found && make("p", {}, words(t(`channel_${told.channel}`), told.source, told.queue, told.rule, needs, t("priority_is", {priority: told.priority}))),
    told.received_unix_ms > 0 && make("p", {class: "why"}, t("came_at", {time: moment(told.received_unix_ms)})),
    told.waiting_because && make("p", {}, inWords(told.waiting_because)),
    list(t("decisions"), told.decisions.map(decision)) || "",
    list(t("acts_of_managers"), told.acts.map((one) => make("li", {}, words(exact(one.at_unix_ms), event(one.what), one.rep, one.other_lead_id, one.by && t("by", {name: one.by}), one.reason)))) || "",
    list(t("what_happened"), told.events.map((one) => make("li", {}, words(exact(one.at_unix_ms), `${t(`lead_${one.from}`)} → ${t(`lead_${one.to}`)}`, event(one.cause), one.rep)))) || "");
}

export async function tellStory(leadId) {
  const place = byId("story").querySelector(".told");
  byId("story-id").value = leadId;
  show(await look(`lead?id=${encodeURIComponent(leadId)}`), place);
  byId("story").scrollIntoView({block: "nearest"});
}

export function begin() {
  const form = byId("story").querySelector("form");
  form.replaceChildren(make("label", {for: "story-id"}, t("lead_id")), make("input", {id: "story-id", autocomplete: "off", spellcheck: "false", maxlength: 35}),
    button(t("show_story"), () => form.requestSubmit(), {class: "primary"}));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const id = byId("story-id").value.trim();
    if (id) tellStory(id);
  });
}
