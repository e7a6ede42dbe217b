// SPDX-License-Identifier: Apache-2.0
// What the reader of the desk's rules says of them (tools/desk, lib/yaml), and the broker of its Redis (broker/store/store_warnings.c), in the page's
// words. A sentence of no form known here, which only those who write the rules as text meet, stays as it was told.

import {said, t, wordOf} from "./texts.mjs";

const FORMS = [
  // what a value of a form can be refused with
  [/^(?<what>.+) must be from (?<least>\d+) to (?<most>\d+), not (?<value>\d+)$/, "wrong_range"],
  [/^(?<what>.+) must be a whole number, not '(?<value>.*)'$/, "wrong_number"],
  [/^(?<what>.+) has no value$/, "wrong_nothing"],
  [/^\w+ name '(?<name>.+)\.\.\.' is longer than (?<size>\d+) bytes$/, "wrong_long_name"],
  [/^(?<what>.+) is longer than (?<size>\d+) bytes$/, "wrong_long"],
  [/^\w+ name '(?<name>.*)' must be of small letters, digits, '\.', '_' and '-', and start with a letter or digit; use a label for more$/, "wrong_name"],
  [/^(?:(?<what>.+): )?(?<kind>\w+) '(?<name>.*)' is not in (?<section>\w+); did you mean '(?<nearest>.+)'\?$/, "wrong_unknown_near"],
  [/^(?:(?<what>.+): )?(?<kind>\w+) '(?<name>.*)' is not in (?<section>\w+); add it there first$/, "wrong_unknown"],
  [/^(?:(?<what>.+): )?owner '(?<name>.*)' is no rep of the desk$/, "wrong_owner"],
  [/^(?:(?<what>.+): )?has (?<count>\d+) skills; at most (?<most>\d+) are allowed$/, "wrong_skills"],
  [/^'(?<what>\w+)' has (?<count>\d+) entries; at most (?<most>\d+) are allowed$/, "wrong_entries"],
  [/^the desk has (?<skills>\d+) skills, (?<languages>\d+) languages and (?<territories>\d+) territories; together at most (?<most>\d+) are allowed$/, "wrong_abilities"],
  [/^the desk has no reps: /, "wrong_no_reps"],
  [/^(?<what>.+) must be a number such as "\+390212345678" or an address such as sip:anna@pbx\.example$/, "wrong_device"],
  [/^(?<what>.+) must be a language code such as it, de or en, or 'other', not '(?<value>.*)'$/, "wrong_language"],
  [/^(?<what>.+) must be a map of levels, e\.g\. \{it: 10, en: 5\}, or a list, with at most (?<most>\d+) entries$/, "wrong_most"],
  [/^(?<what>.+) must be a list, e\.g\. \[Lombardia, Veneto\], with at most (?<most>\d+) entries$/, "wrong_most"],
  [/^(?:(?<what>.+): )?source must be a map of at most (?<most>\d+) sources, e\.g\. /, "wrong_sources"],
  [/^(?<what>.+): '(?<name>.*)' is written twice$/, "wrong_twice"],
  [/^(?<what>.+): an empty name; remove it$/, "wrong_empty_name"],
  [/^(?:(?<what>.+): )?hours of '(?<days>.*)' must be up to (?<most>\d+) times in order, such as "09:00-13:00, 14:00-18:00", none over midnight, not '(?<value>.*)'$/, "wrong_hours"],
  [/^(?:(?<what>.+): )?holidays must be a list of at most (?<most>\d+) dates, e\.g\. /, "wrong_holidays"],
  [/^(?:(?<what>.+): )?holidays: '(?<value>.*)' must be a date such as 2026-12-25$/, "wrong_holiday"],
  [/^(?:(?<what>.+): )?hours give not one open day within (?<days>\d+) days; check hours and holidays$/, "wrong_never_open"],
  [/^(?:(?<what>.+): )?holidays without hours; give hours, e\.g\. /, "wrong_no_hours"],
  [/^(?<what>.+): '(?<value>.*)' is not known; write a zone such as Europe\/Rome$/, "wrong_zone"],
  [/^(?:(?<what>.+): )?hours need a time_zone such as Europe\/Rome$/, "wrong_hours_zone"],
  [/^(?<what>.+) count by the day: give team '(?<name>.+)' a time_zone such as Europe\/Rome$/, "wrong_day_zone"],
  [/^(?<what>.+) count by the day, which a team's time_zone says: give rep '(?<name>.+)' a team that has one$/, "wrong_day_team"],
  [/^(?<what>.+): team '(?<name>.+)' has no hours; give it some, or leave hours_of out to count all time$/, "wrong_counts_hours"],
  [/^channel '(?<name>\w+)' weighs (?<weight>\d+), but no rep has a capacity above (?<most>\d+): nobody could ever take one$/, "wrong_weight"],
  // what the rules are warned of
  [/^(?<count>\d+) more reps have no device$/, "hint_devices"],
  [/^rep '(?<name>.+)' has no device: calls cannot be connected to them$/, "hint_device"],
  [/^rule '(?<name>.+)' requires what no rep on the roster has; its leads are parked at once, until other rules have somebody$/, "hint_nobody"],
  [/^rule '(?<name>.+)', with those that hold whenever it does, requires what no rep on the roster has; its leads are parked at once, until other rules have somebody$/, "hint_nobody"],
  [/^rules '(?<name>.+)' and '(?<other>.+)' may hold for the same lead, and require together what no rep on the roster has; it is parked at once then, until other rules have somebody$/, "hint_nobody_both"],
  [/^rule '(?<name>.+)': relax step (?<number>\d+): team '(?<team>.+)' has no reps, so nobody more may take it then$/, "hint_relax"],
  [/^rule '(?<name>.+)' is never reached: '(?<other>.+)' before it takes every lead$/, "hint_never"],
  [/^rule '(?<name>.+)' takes every lead and stands behind '(?<other>.+)': what it says goes before that; let it be the first$/, "hint_first"],
  [/^no rule takes every lead; added rule 'general' at the (?:beginning|end) \(queue 'general', nothing required\)$/, "hint_general"],
  [/^rep '(?<name>.+)' has no rate for queue '(?<queue>.+)', while (?<count>\d+) of the reps have one: theirs is guessed from levels, 1 of a hundred a level$/, "hint_rate"],
  [/^rep '(?<name>.+)': rates: queue '(?<queue>.+)' has policy (?<policy>\w+), which does not look at them$/, "hint_rate_unused"],
  [/^calls interrupt nobody, as no rep has a reserve; give reps or teams one, e\.g\. reserve: 3$/, "hint_no_reserve"],
  [/^a reserve serves nothing, as no channel interrupts another; write e\.g\. phone: \{interrupts: \[web, email\]\}$/, "hint_reserve"],
  // what the broker is warned of by its Redis
  [/^Redis has (?<count>\d+) replicas that are up to date, durability replicated asks for (?<most>\d+): start them, or see why they lag$/, "store_replicas"],
  [/^the append-only file of Redis is off: set appendonly yes, or what is acknowledged is lost with Redis$/, "store_no_file"],
  [/^Redis syncs its file too late for durability (?<level>\w+) \(appendfsync (?<now>\w+)\): set appendfsync (?<wanted>\w+), or a power cut may lose what is acknowledged$/, "store_syncs"],
  [/^Redis cannot write its append-only file: make room on its disk$/, "store_disk"],
  [/^Redis cannot rewrite its append-only file, which grows: see its log, and make room on its disk$/, "store_rewrite"],
  [/^the maxmemory-policy of Redis lets it throw leads away: set maxmemory-policy noeviction$/, "store_policy"],
  [/^Redis uses (?<percent>\d+) % of maxmemory: raise it, or find out why leads are not completed$/, "store_memory"],
  [/^Redis takes long to answer \((?<time>\d+) ms for a plain question\), and all that waits for it is as late: look at its disk \(appendfsync\), its CPU, SLOWLOG, and who else uses it$/, "store_slow"],
];

const KINDS = ["rep", "team", "skill", "rule", "queue", "channel"];
const kindOf = (kind, name = "") => (KINDS.includes(kind) ? t(`kind_${kind}`, {name}) : `${kind} ${name}`).trim();

// caps: per_hour -> Caps, Leads an hour, at most
function part(text) {
  const [, kind, name] = /^(\w+)(?: of)? '(.*)'$/.exec(text) ?? [];
  if (kind === "level" || kind === "source") return name;
  return kind ? kindOf(kind, name) : wordOf("form", text);
}

const IN_WORDS = {what: (text) => (text ? `${text.split(": ").map(part).join(", ")}: ` : ""), kind: (kind) => kindOf(kind)};

// A sentence begins with its place in the text of the rules, which is left away where there is no text to look at.
export function inRulesWords(line, {place = true} = {}) {
  const [, at = "", told] = /^(desk\.yaml(?::\d+)?: )?(.*)$/s.exec(line);
  return (place ? at : "") + (said(FORMS, told, IN_WORDS) ?? told);
}
