// SPDX-License-Identifier: Apache-2.0
// What the broker says of a decision, in the page's words. It says it in pieces of a few forms (broker/core: why_text.c, core_explain.c, urgency.c,
// caps.c, team_limits.c), "load 1 of 2; idle 42 s": each becomes a text with what stands in it. A piece of no form known here stays as it was told.

import {said, span, wordOf} from "./texts.mjs";

const PIECES = [
  [/^you are asked first$/, "told_first"],
  [/^(?<skill>.+) (?<level>\d+) of (?<wanted>\d+) needed$/, "told_needed"],
  [/^(?<skill>.+) (?<level>\d+), needs (?<wanted>\d+)$/, "told_lacks"],
  [/^load (?<load>\d+) of (?<capacity>\d+), needs (?<weight>\d+) more$/, "told_no_room"],
  [/^load (?<load>\d+) of (?<capacity>\d+)$/, "told_load"],
  [/^idle (?<time>\d+) s$/, "told_idle"],
  [/^tier (?<number>\d+)$/, "told_tier"],
  [/^levels (?<number>\d+)$/, "told_levels"],
  [/^number (?<number>\d+) in turn$/, "told_turn"],
  [/^share (?<share>\d+), ahead by (?<leads>[\d.]+)$/, "told_share_ahead"],
  [/^share (?<share>\d+), owed (?<leads>[\d.]+)$/, "told_share_owed"],
  [/^worth (?<worth>[\d.]+)$/, "told_worth"],
  [/^interrupts$/, "told_interrupts"],
  [/^preferred (?<number>\d+)$/, "told_preferred"],
  [/^(?<count>\d+) could take it$/, "told_able"],
  [/^urgency (?<points>[-\d.]+): (?<parts>.+)$/, "told_urgency"],
  [/^priority (?<points>[-\d.]+)$/, "told_priority"],
  [/^value (?<points>[-\d.]+)$/, "told_value"],
  [/^slack (?<points>[-\d.]+)$/, "told_slack"],
  [/^age (?<points>[-\d.]+)$/, "told_age"],
  [/^waited (?<time>\d+) s, over the cap of (?<limit>\d+) s$/, "told_over_age"],
  [/^(?<count>\d+) per hour$/, "told_per_hour"],
  [/^(?<count>\d+) per day$/, "told_per_day"],
  [/^(?<count>\d+) per day of (?<source>.+)$/, "told_per_day_of"],
  [/^(?<count>\d+) a day for team (?<team>.+)$/, "told_team_day"],
  [/^(?<count>\d+) in a hundred of the day for team (?<team>.+)$/, "told_team_share"],
  [/^in no team$/, "told_no_team"],
  [/^busy$/, "told_device_busy"],
  [/^unreachable$/, "told_device_unreachable"],
  [/^kept for the others at opening$/, "told_opening"],
  [/^offer (?<number>\d+)$/, "told_offer"],
  [/^offer (?<number>\d+): (?<cause>\w+)$/, "told_offer_was"],
  [/^parked: (?<cause>\w+)$/, "told_parked"],
  [/^scheduled: (?<cause>\w+)$/, "told_scheduled"],
  [/^no rep of the rules could ever take it$/, "told_nobody_ever"],
  [/^still_parked: managers were told again$/, "told_still_parked"],
  [/^only for (?<rep>.+), (?<time>\d+) s more$/, "told_only_for"],
  [/^(?<count>\d+) without what it requires or a device$/, "told_unable"],
  [/^(?<count>\d+) not available$/, "told_absent"],
  [/^(?<count>\d+) full$/, "told_full"],
  [/^(?<count>\d+) declined or missed it$/, "told_refused"],
  [/^(?<count>\d+) at a cap$/, "told_capped"],
  [/^(?<count>\d+) whose device does not ring now$/, "told_no_ring"],
  [/^(?<count>\d+) who have had their share of the backlog$/, "told_had_share"],
  [/^relaxed (?<count>\d+) times$/, "told_relaxed"],
  [/^on the shared list until a rep takes it$/, "told_shared"],
];

const eventWord = (word) => wordOf("event", word);
const each = (text, separator) => text.split(separator).map(piece).join(separator);
const IN_WORDS = {time: (seconds) => span(seconds * 1000), limit: (seconds) => span(seconds * 1000), cause: eventWord, parts: (parts) => each(parts, ", ")};

function piece(text) {
  if (/^\d+ without what it requires or a device, /.test(text)) return each(text, ", ");
  return said(PIECES, text, IN_WORDS) ?? text;
}

export const inWords = (told) => each(told, "; ");

// What happened to a lead, or what was done with it.
export const event = eventWord;

// The rule that kept a rep from a lead, with what it says of it.
export function exclusion(rule, detail) {
  return detail ? `${wordOf("kept", rule)} (${inWords(detail)})` : wordOf("kept", rule);
}
