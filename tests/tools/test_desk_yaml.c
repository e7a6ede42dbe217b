/* SPDX-License-Identifier: Apache-2.0
 *
 * Wrong files -> exact words; good files -> the configuration expected.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk_yaml.h"
#include "wire.h"

#define REPS "reps:\n  anna: {device: \"+390200000001\"}\n"

static struct desk_yaml *desk_of(const char *text)
{
    struct desk_yaml *desk = desk_yaml_from_text("d.yaml", text, strlen(text));
    assert_non_null(desk);
    return desk;
}

/* file: what is written; said: the problems, in order, NULL-ended. */
struct wrong { const char *file; const char *said[4]; };

static const struct wrong wrong_files[] = {
    {"", {"d.yaml: is empty; start from deploy/small-business/desk.yaml"}},
    {"- a\n", {"d.yaml:1: must be a map that starts with 'desk: NAME'"}},
    {"desk: main\n", {"d.yaml:1: the desk has no reps: add them under 'reps:', e.g. 'anna: {label: Anna}'"}},
    {"desk: main\nreps:\n", {"d.yaml:2: the desk has no reps: add them under 'reps:', e.g. 'anna: {label: Anna}'"}},
    {"desk: main\nreps: {}\n", {"d.yaml:2: the desk has no reps: add them under 'reps:', e.g. 'anna: {label: Anna}'"}},
    {REPS, {"d.yaml:1: 'desk' is missing: give the desk a name, e.g. 'desk: main'"}},
    {"desk: Main Desk\n" REPS,
     {"d.yaml:1: desk name 'Main Desk' must be of small letters, digits, '.', '_' and '-', and start with a letter or digit; use a label for more"}},
    {"desk: main\n" REPS "skils: {italian: Italian}\n", {"d.yaml:4: desk file: 'skils' is not known here; did you mean 'skills'?"}},
    {"desk: main\nskills: [italian]\n" REPS, {"d.yaml:2: 'skills' must be a map of names"}},
    {"desk: main\nskills: {italian: Italian}\nreps:\n  anna:\n    skills:\n      itallian: 8\n",
     {"d.yaml:6: rep 'anna': skill 'itallian' is not in skills; did you mean 'italian'?"}},
    {"desk: main\nreps:\n  anna: {skills: {welding: 8}}\n", {"d.yaml:3: rep 'anna': skill 'welding' is not in skills; add it there first"}},
    {"desk: main\nskills: {it: }\nreps:\n  anna:\n    skills: {it: 11}\n", {"d.yaml:5: rep 'anna': level of 'it' must be from 1 to 10, not 11"}},
    {"desk: main\nskills: {it: }\nreps:\n  anna:\n    skills: [it]\n", {"d.yaml:5: rep 'anna': skills must be a map of levels, e.g. {italian: 5}"}},
    {"desk: main\nteams: {inside: }\nreps:\n  anna:\n    team: insde\n", {"d.yaml:5: rep 'anna': team 'insde' is not in teams; did you mean 'inside'?"}},
    {"desk: main\nreps:\n  anna:\n    capacity: 0\n", {"d.yaml:4: rep 'anna': capacity must be from 1 to 1000, not 0"}},
    {"desk: main\nreps:\n  anna:\n    device: 02-345\n",
     {"d.yaml:4: rep 'anna': device must be a number such as \"+390212345678\" or an address such as sip:anna@pbx.example"}},
    {"desk: main\nreps:\n  anna: {languages: {italian: 5}}\n",
     {"d.yaml:3: rep 'anna': languages must be a language code such as it, de or en, or 'other', not 'italian'"}},
    {"desk: main\nreps:\n  anna:\n    languages: [it, IT]\n", {"d.yaml:4: rep 'anna': languages: 'it' is written twice"}},
    {"desk: main\nreps:\n  anna:\n    languages: it\n",
     {"d.yaml:4: rep 'anna': languages must be a map of levels, e.g. {it: 10, en: 5}, or a list, with at most 16 entries"}},
    {"desk: main\nreps:\n  anna:\n    territories: lazio\n",
     {"d.yaml:4: rep 'anna': territories must be a list, e.g. [Lombardia, Veneto], with at most 48 entries"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    language: from tongue\n",
     {"d.yaml:6: rule 'a': language: leads have no field 'tongue'; write 'from lead', or from: attribute.tongue for what a form calls so"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    language: {level: 5}\n",
     {"d.yaml:6: rule 'a': language needs either 'from: FIELD' or 'code: ...', e.g. {from: lead, level: 5}"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    language: {from: lead, level: 11}\n",
     {"d.yaml:6: rule 'a': language must be from 1 to 10, not 11"}},
    {"desk: main\nteams: {inside: }\n" REPS "rules:\n  - name: a\n    teams: [insde]\n",
     {"d.yaml:7: rule 'a': teams: team 'insde' is not in teams; did you mean 'inside'?"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    relax: [{after: 30s, drop: [language]}]\n",
     {"d.yaml:6: rule 'a': relax step 1: drops 'language', which the rule does not ask for then; remove it, or ask for it in the rule"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    language: de\n    relax:\n      - {after: 30s, drop: language}\n      - {after: 20s, drop: [language]}\n",
     {"d.yaml:9: rule 'a': relax step 2: does not come after the step before it; 'after' counts from when the lead began to wait",
      "d.yaml:9: rule 'a': relax step 2: drops 'language', which the rule does not ask for then; remove it, or ask for it in the rule"}},
    {"desk: main\nskills: {solar: }\n" REPS "rules:\n  - name: a\n    require: {solar: 4}\n    relax:\n      - {after: 30s, lower: {solar: 4}}\n",
     {"d.yaml:9: rule 'a': relax step 1: 'solar' 4 is not lower than the 4 asked for then; give a lower level"}},
    {"desk: main\nteams: {far: }\n" REPS "rules:\n  - name: a\n    relax:\n      - {after: 30s, add_team: far}\n",
     {"d.yaml:8: rule 'a': relax step 1: team 'far' may take it already, as any that is not outsourced; give the rule 'teams', or remove add_team"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    language: de\n    relax:\n      - {after: 9h, drop: [language]}\n",
     {"d.yaml:8: rule 'a': relax step 1: never happens, as no lead waits longer than 28800 s; see wait_limit of the channels"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    relax:\n      - {after: 9m}\n",
     {"d.yaml:7: rule 'a': relax step 1: changes nothing; give drop, lower, add_team or offer_to"}},
    {"desk: main\nskills: {solar: }\n" REPS "rules:\n  - name: a\n    require: {solar: 4}\n    prefer: {solar: 4}\n",
     {"d.yaml:8: rule 'a': prefer: 'solar' 4 is required anyway; prefer a higher level, or remove it"}},
    {"desk: main\nreps:\n  anna:\n    rates: {general: 0, solar: 12.55}\n",
     {"d.yaml:4: rep 'anna': rates: 'general' must be the leads won of a hundred, 0.1 to 100, not '0'",
      "d.yaml:4: rep 'anna': rates: 'solar' must be the leads won of a hundred, 0.1 to 100, not '12.55'"}},
    {"desk: main\npolicy: best_pair\nreps:\n  anna:\n    rates: {solar: 12}\n",
     {"d.yaml:5: rep 'anna': rates: no rule sends leads to queue 'solar'; name it in a rule or remove it"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    value: from budget\n",
     {"d.yaml:6: rule 'a': value: leads have no field 'budget'; write 'from attribute.budget' for what a form calls so"}},
    {"desk: main\n" REPS "rules:\n  - name: a\nqueues:\n  a: {decay: 10m}\n",
     {"d.yaml:7: queue 'a': only policy best_pair looks at decay; add 'policy: best_pair', or remove it"}},
    {"desk: main\nskills: {solar: }\n" REPS "rules:\n  - name: a\n    prefer: {solar: 4}\npolicy: best_pair\n",
     {"d.yaml:7: rule 'a': queue 'a' has policy best_pair, which goes by rates and not by what a rule prefers; remove it"}},
    {"desk: main\n" REPS "rules:\n  - name: a\nqueues:\n  a: {offer_to: 5}\n",
     {"d.yaml:7: queue 'a': only policy broadcast looks at offer_to; add 'policy: broadcast', or remove it"}},
    {"desk: main\npolicy: broadcast\n" REPS "rules:\n  - name: a\nqueues:\n  a: {offer_to: 17}\n",
     {"d.yaml:8: queue 'a': offer_to must be from 2 to 16, not 17"}},
    {"desk: main\npolicy: broadcast\n" REPS "rules:\n  - name: a\n    relax:\n      - {after: 30s, offer_to: 3}\n",
     {"d.yaml:8: rule 'a': relax step 1: offer_to 3 is not more than the 3 before; give more, or remove it"}},
    {"desk: main\npolicy: weighted\n" REPS "rules:\n  - name: a\n    relax:\n      - {after: 30s, offer_to: 3}\n",
     {"d.yaml:8: rule 'a': relax step 1: queue 'a' has policy weighted, which gives a lead to one rep; remove offer_to"}},
    {"desk: main\nteams:\n  in:\n    hours: {mon-fri: \"09:00-18:00\"}\n" REPS, {"d.yaml:3: team 'in': hours need a time_zone such as Europe/Rome"}},
    {"desk: main\nteams:\n  in:\n    time_zone: Europe/Roma\n    hours: {mon-fri: \"09:00-18:00\"}\n" REPS,
     {"d.yaml:4: team 'in': time_zone: 'Europe/Roma' is not known; write a zone such as Europe/Rome"}},
    {"desk: main\nteams:\n  in:\n    time_zone: Europe/Rome\n    hours: {fri-mon: \"09:00-18:00\"}\n" REPS,
     {"d.yaml:5: team 'in': hours: 'fri-mon' must be a day or days in order, such as sat or mon-fri"}},
    {"desk: main\nteams:\n  in:\n    time_zone: Europe/Rome\n    hours: {mon: \"18:00-09:00\"}\n" REPS,
     {"d.yaml:5: team 'in': hours of 'mon' must be up to 4 times in order, such as \"09:00-13:00, 14:00-18:00\", none over midnight, not '18:00-09:00'"}},
    {"desk: main\nteams:\n  in:\n    time_zone: Europe/Rome\n    hours: {mon-fri: \"09:00-18:00\", fri: \"09:00-12:00\"}\n" REPS,
     {"d.yaml:5: team 'in': hours: 'fri' is written twice; give its times in one line"}},
    {"desk: main\nteams:\n  in:\n    time_zone: Europe/Rome\n    hours: {mon: \"09:00-18:00\"}\n    holidays: [2026-02-30]\n" REPS,
     {"d.yaml:6: team 'in': holidays: '2026-02-30' must be a date such as 2026-12-25"}},
    {"desk: main\nteams:\n  in:\n    time_zone: Europe/Rome\n    holidays: [2026-12-25]\n" REPS,
     {"d.yaml:3: team 'in': holidays without hours; give hours, e.g. {mon-fri: \"09:00-18:00\"}"}},
    {"desk: main\nreps:\n  anna: {caps: {per_day: 3}}\n",
     {"d.yaml:3: rep 'anna': caps count by the day, which a team's time_zone says: give rep 'anna' a team that has one"}},
    {"desk: main\nteams:\n  in: {caps: {source: {portal: 3}}}\nreps:\n  anna: {team: in}\n",
     {"d.yaml:3: rep 'anna': caps count by the day: give team 'in' a time_zone such as Europe/Rome"}},
    {"desk: main\nteams:\n  out: {outsourced: yes, daily_share: 20}\nreps:\n  anna: {team: out}\n",
     {"d.yaml:3: team 'out': daily_cap and daily_share count by the day: give team 'out' a time_zone such as Europe/Rome"}},
    {"desk: main\nteams:\n  out: {time_zone: Europe/Rome, daily_cap: 0, daily_share: 100}\nreps:\n  anna: {team: out}\n",
     {"d.yaml:3: team 'out': daily_cap must be from 1 to 1000000, not 0", "d.yaml:3: team 'out': daily_share must be from 1 to 99, not 100"}},
    {"desk: main\nteams: {out: }\n" REPS "rules:\n  - name: a\n    relax:\n      - {after: 60s, add_team: outsorced}\n",
     {"d.yaml:8: rule 'a': relax step 1: add_team: team 'outsorced' is not in teams; add it there first", "d.yaml:8: rule 'a': relax step 1: team 'outsorced' may take it already, as any that is not outsourced; give the rule 'teams', or remove add_team"}},
    {"desk: main\nchannels:\n  phone: {interrupts: {web: 1}}\n  web: {}\nreps:\n  anna: {device: \"sip:a@b\", reserve: 3}\n",
     {"d.yaml:3: channel 'phone': interrupts must be a channel or a list of channels, e.g. [web, email]"}},
    {"desk: main\nchannels:\n  phone: {interrupts: [phone, fax]}\n  web: {}\nreps:\n  anna: {device: \"sip:a@b\", reserve: 3}\n",
     {"d.yaml:3: channel 'phone': interrupts: a channel cannot interrupt itself; remove it",
      "d.yaml:3: channel 'phone': interrupts: 'fax' is no channel of this desk; name one that it serves"}},
    {"desk: main\nchannels:\n  phone: {interrupts: web}\n  web: {interrupts: email}\n  email: {}\nreps:\n  anna: {device: \"sip:a@b\", reserve: 1001}\n",
     {"d.yaml:4: channel 'web' is interrupted by 'phone', so it can interrupt none; remove one of the two",
      "d.yaml:7: rep 'anna': reserve must be from 0 to 1000, not 1001"}},
    {"desk: main\nreps:\n  anna: {caps: 3}\n",
     {"d.yaml:3: rep 'anna': caps must be a map, e.g. {per_hour: 6, per_day: 30, source: {portal: 10}}"}},
    {"desk: main\nreps:\n  anna: {caps: {per_hour: 0}}\n", {"d.yaml:3: rep 'anna': caps: per_hour must be from 1 to 10000, not 0"}},
    {"desk: main\nreps:\n  anna: {caps: {hourly: 1}}\n", {"d.yaml:3: rep 'anna': caps: 'hourly' is not known here"}},
    {"desk: main\nreps:\n  anna: {}\n  anna: {}\n", {"d.yaml:4: 'anna' is written twice; first on line 3"}},
    {"desk: main\nreps:\n  anna: 3\n", {"d.yaml:3: rep 'anna' must be a map, e.g. {label: Anna, skills: {italian: 8}}"}},
    {"desk: main\n" REPS "channels:\n  phone: {weight: 4}\n",
     {"d.yaml:5: channel 'phone' weighs 4, but no rep has a capacity above 3: nobody could ever take one"}},
    {"desk: main\n" REPS "channels:\n  phon: {}\n", {"d.yaml:5: channel 'phon' is not known; did you mean 'phone'?"}},
    {"desk: main\n" REPS "channels:\n  telex: {}\n", {"d.yaml:5: channel 'telex' is not known; there are phone, web, email, chat and import"}},
    {"desk: main\n" REPS "channels:\n  web:\n    offer_timeout: 5\n",
     {"d.yaml:6: channel 'web': offer_timeout must be a time such as 250ms, 30s, 5m, 4h or 7d, not '5'"}},
    {"desk: main\n" REPS "channels:\n  web:\n    priority: 101\n    waight: 1\n",
     {"d.yaml:7: channel 'web': 'waight' is not known here; did you mean 'weight'?", "d.yaml:6: channel 'web': priority must be from 0 to 100, not 101"}},
    {"desk: main\n" REPS "rules: {a: b}\n", {"d.yaml:4: 'rules' must be a list (each item starts with '- ')"}},
    {"desk: main\n" REPS "rules:\n  - when: {language: it}\n", {"d.yaml:5: rule 1 has no name; explanations of decisions name the rule"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n  - name: a\n", {"d.yaml:6: rule 'a' is written twice; first on line 5"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      langage: it\n",
     {"d.yaml:7: rule 'a': leads have no field 'langage'; did you mean 'language'?"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      budget: 5\n",
     {"d.yaml:7: rule 'a': leads have no field 'budget'; what a form calls so is 'attribute.budget'"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      language: italian\n",
     {"d.yaml:7: rule 'a': language must be a language code such as it, de or en, not 'italian'"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      channel: fax\n",
     {"d.yaml:7: rule 'a': channel must be phone, web, email, chat or import, not 'fax'"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      country: ITA\n",
     {"d.yaml:7: rule 'a': country must be a two-letter country code such as IT, DE or GB, not 'ITA'"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      subject: {contain: solar}\n",
     {"d.yaml:7: rule 'a': subject: 'contain' is not known here; did you mean 'contains'?"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      attribute.budget: {at_least: 10k}\n",
     {"d.yaml:7: rule 'a': attribute.budget: at_least must be a whole number, not '10k'"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      subject: {regex: [solar, \"(solar\"]}\n",
     {"d.yaml:7: rule 'a': subject: regex: '(solar' is no pattern: missing closing parenthesis, at byte 6"}},
    {"desk: main\n" REPS "rules_that_count: any\n",
     {"d.yaml:4: rules_that_count must be first (the first that holds decides) or all (every rule that holds counts), not 'any'"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    owner: bert\n", {"d.yaml:6: rule 'a': owner 'bert' is no rep of the desk"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    owner_for: 45s\n", {"d.yaml:6: rule 'a': owner_for says how long, but not who: add 'owner: NAME'"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      source: []\n", {"d.yaml:7: rule 'a': source needs 1 to 64 values, not 0"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when:\n      source: {}\n",
     {"d.yaml:7: rule 'a': source: says nothing; remove it or give a value"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    require: {italian: 5}\n",
     {"d.yaml:6: rule 'a': skill 'italian' is not in skills; add it there first"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    priority: 500\n", {"d.yaml:6: rule 'a': priority must be from 0 to 100, not 500"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    queue: My Queue\n",
     {"d.yaml:6: queue name 'My Queue' must be of small letters, digits, '.', '_' and '-', and start with a letter or digit; use a label for more"}},
    {"desk: main\n" REPS "rules:\n  - name: general\n    when: {language: it}\n",
     {"d.yaml:5: rule 'general' has conditions, and no rule takes the leads that meet none: add a last rule without 'when'"}},
    {"desk: main\n" REPS "dispositions:\n  sold: {class: win}\n", {"d.yaml:5: disposition 'sold': class 'win' is not known; did you mean 'won'?"}},
    {"desk: main\n" REPS "dispositions:\n  sold: {class: excellent}\n",
     {"d.yaml:5: disposition 'sold': class 'excellent' is not known; there are won, lost, later, bad, no_answer and do_not_call"}},
    {"desk: main\n" REPS "dispositions:\n  sold: {label: Sold}\n",
     {"d.yaml:5: disposition 'sold' needs a class: won, lost, later, bad, no_answer or do_not_call"}},
    {"desk: main\n" REPS "channels:\n  phone:\n    abandoned: callback\n",
     {"d.yaml:6: channel 'phone': abandoned must be cancel (the lead ends) or call_back (a rep calls), not 'callback'"}},
    {"desk: main\n" REPS "channels:\n  web:\n    nudge: 50\n",
     {"d.yaml:6: channel 'web': nudge is a percentage of first_touch, which is not set"}},
    {"desk: main\n" REPS "channels:\n  web:\n    abandoned: call_back\n",
     {"d.yaml:6: channel 'web': abandoned is for phone: nobody else can hang up"}},
    {"desk: main\n" REPS "dispositions:\n  again:\n    class: later\n    then: callback\n",
     {"d.yaml:7: disposition 'again': then 'callback' is not known; did you mean 'call_back'?"}},
    {"desk: main\n" REPS "dispositions:\n  again:\n    class: later\n    after: 2h\n",
     {"d.yaml:7: disposition 'again': after is for what comes back: add 'then: call_back' or 'then: appointment'"}},
    {"desk: main\n" REPS "dispositions:\n  again: {class: later, then: call_back, after: 2h, at_most: 1h}\n",
     {"d.yaml:5: disposition 'again': after must lie between at_least and at_most"}},
    {"desk: main\n" REPS "dispositions:\n  again: {class: later, then: call_back, at_least: 2h, at_most: 1h}\n",
     {"d.yaml:5: disposition 'again': at_most must be above 0 and not below at_least"}},
    {"desk: main\n" REPS "dispositions:\n  sold:\n    class: won\n    texts: Venduto\n",
     {"d.yaml:7: disposition 'sold': texts must be a map of at most 32 languages, e.g. {it: Ordinato}"}},
    {"desk: main\n" REPS "timeouts:\n  grase: 5s\n", {"d.yaml:5: timeouts: 'grase' is not known here; did you mean 'grace'?"}},
    {"desk: main\n" REPS "timeouts: {reopen_for: 31d}\n", {"d.yaml:4: timeouts: reopen_for must be from 0 to 30d, not 31d"}},
    {"desk: main\n" REPS "timeouts:\n  park_limit: 1h\n  park_nudge: 1h\n",
     {"d.yaml:6: timeouts: park_nudge must be shorter than park_limit, when the lead expires; make it shorter, or 0: managers are told only once"}},
    {"desk: main\n" REPS "timeouts: {park_nudge: 31d}\n", {"d.yaml:4: timeouts: park_nudge must be from 0 to 30d, not 31d"}},
    {"desk: main\n" REPS "people: {join: perhaps}\n", {"d.yaml:4: people: join must be true or false, not 'perhaps'"}},
    {"desk: main\n" REPS "people: {window: 400d}\n", {"d.yaml:4: people: window must be from 1s to 366d, not 400d"}},
    {"desk: main\n" REPS "people: {owner_for: 45s, owner: owner}\n",
     {"d.yaml:4: people: owner must name a field of the lead, e.g. 'from attribute.owner', not 'owner'"}},
    {"desk: main\n" REPS "people: {owner: from attribute.owner}\n", {"d.yaml:4: people: owner is asked first for no time; say how long: owner_for: 45s"}},
    {"desk: main\n" REPS "rules:\n  - name: a\n    when: {customer: yes}\n",
     {"d.yaml:5: rule 'a' asks for customers, whom the desk does not know; say how long: people: {customer_for: 365d}"}},
    {"desk: main\n" REPS "people: {do_not_call: hang_up}\n",
     {"d.yaml:4: people: do_not_call must be flag (who wanted to hear no more is known by it), park (and not called) or forget, not 'hang_up'"}},
    {"desk: main\n" REPS "people: {joins: yes}\n", {"d.yaml:4: people: 'joins' is not known here; did you mean 'join'?"}},
    {"desk: main\n" REPS "offers_max: 0\n", {"d.yaml:4: offers_max must be from 1 to 32, not 0"}},
    {"desk: main\n" REPS "when_rep_gone: drop\n",
     {"d.yaml:4: when_rep_gone must be keep (leads stay with the rep) or return (they go to others), not 'drop'"}},
    {"desk: main\n" REPS "policy: least-loaded\n", {"d.yaml:4: policy 'least-loaded' is not known; did you mean 'least_loaded'?"}},
    {"desk: main\n" REPS "policy: dice\n", {"d.yaml:4: policy 'dice' is not known; there are least_loaded, longest_idle, most_skilled, top_down, round_robin, weighted, best_pair and broadcast"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nqueues:\n  slaes: {policy: top_down}\n",
     {"d.yaml:6: queue 'slaes': no rule sends leads there; did you mean 'sales'?"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nqueues:\n  night: {policy: top_down}\n",
     {"d.yaml:6: queue 'night': no rule sends leads there; name it in a rule or remove it"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nservice_level: 0s\n", {"d.yaml:5: service_level must be from 1s to 30d, not 0s"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nurgency: 5\n",
     {"d.yaml:5: urgency must be a map of points, e.g. {priority: 1, slack: 100, value: 0, age: 10}"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nurgency: {slak: 5}\n", {"d.yaml:5: urgency: 'slak' is not known here; did you mean 'slack'?"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nqueues:\n  sales: {urgency: {slack: 5}}\n",
     {"d.yaml:6: queue 'sales': urgency: slack counts against a service level, and there is none; add e.g. service_level: 5m"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nqueues:\n  sales: {urgency: {priority: 0, slack: 0, age: 0}}\n",
     {"d.yaml:6: queue 'sales': urgency: all points are 0, so nothing would be urgent; give age some, e.g. 10"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nservice_level: 5m\nage_cap: 2m\n",
     {"d.yaml:1: age_cap is not longer than the service level: leads would go before all others while they are in time; give more, or none"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nteams: {inside: }\nhours_of: insde\n", {"d.yaml:6: hours_of: team 'insde' is not in teams; did you mean 'inside'?"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nteams: {inside: }\nhours_of: inside\n",
     {"d.yaml:6: hours_of: team 'inside' has no hours; give it some, or leave hours_of out to count all time"}},
    {"desk: main\n" REPS "rules: [{name: sales, value: 5}]\nservice_level: 5m\n",
     {"d.yaml:4: rule 'sales': its value counts for nothing in queue 'sales'; add e.g. urgency: {value: 5}, or remove it"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nservice_level: 5m\nqueues:\n  sales:\n    policy: best_pair\n",
     {"d.yaml:7: queue 'sales': policy best_pair goes by what pairs are worth, and cannot go with service_level, urgency, age_cap or hours_of on the desk; choose another, or remove those"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nservice_level: 5m\npolicy: best_pair\n",
     {"d.yaml:6: policy best_pair goes by what pairs are worth, and cannot go with service_level, urgency, age_cap or hours_of; choose another, or remove those"}},
    {"desk: main\n" REPS "rules: [{name: sales, value: from budget}]\nurgency: {value: 5}\n",
     {"d.yaml:4: rule 'sales': value: leads have no field 'budget'; write 'from attribute.budget' for what a form calls so",
      "d.yaml:5: urgency: value has points, but no rule gives its leads a value; add e.g. 'value: from attribute.budget' to a rule, or remove it"}},
    {"desk: main\n" REPS "rules: [{name: sales}]\nqueues:\n  sales: {policy: most-skilled}\n",
     {"d.yaml:6: queue 'sales': policy 'most-skilled' is not known; did you mean 'most_skilled'?"}},
};

static void wrong_files_are_refused_in_exact_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_files / sizeof wrong_files[0]; i++) {
        const struct wrong *wrong = &wrong_files[i];
        struct desk_yaml *desk = desk_of(wrong->file);
        assert_null(desk_yaml_config(desk));
        size_t said = 0;
        for (; wrong->said[said] != NULL; said++) {
            assert_true(said < desk_yaml_problem_count(desk));
            assert_string_equal(desk_yaml_problem_at(desk, said), wrong->said[said]);
        }
        if (desk_yaml_problem_count(desk) != said)
            fail_msg("file %zu: one problem more: %s", i, desk_yaml_problem_at(desk, said));
        desk_yaml_close(&desk);
    }
}

#define ALL_COUNT "desk: main\nskills: {it: , solar: }\nrules_that_count: all\nreps:\n  anna: {skills: {it: 3}, device: \"sip:a@b\"}\n" \
    "  ben: {skills: {solar: 3}, device: \"sip:c@b\"}\n"

/* One warning at least: warned[0] is the one expected first. */
static const struct wrong doubtful_files[] = {
    {"desk: main\n" REPS, {"d.yaml: no rule takes every lead; added rule 'general' at the end (queue 'general', nothing required)"}},
    {"desk: main\n" REPS "rules:\n  - {name: a, when: {language: it}}\n",
     {"d.yaml:4: no rule takes every lead; added rule 'general' at the end (queue 'general', nothing required)"}},
    {"desk: main\nreps:\n  anna:\nrules:\n  - name: all\n", {"d.yaml:3: rep 'anna' has no device: calls cannot be connected to them"}},
    {"desk: main\nskills: {it: }\nreps:\n  anna: {skills: {it: 4}, device: \"sip:a@b\"}\nrules:\n  - {name: a, require: {it: 5}}\n",
     {"d.yaml:6: rule 'a' requires what no rep on the roster has; its leads are parked at once, until other rules have somebody"}},
    {"desk: main\nreps:\n  anna: {languages: [it], device: \"sip:a@b\"}\nrules:\n  - {name: a, language: de}\n",
     {"d.yaml:5: rule 'a' requires what no rep on the roster has; its leads are parked at once, until other rules have somebody"}},
    {"desk: main\nteams: {far: }\nreps:\n  anna: {languages: [it], device: \"sip:a@b\"}\nrules:\n  - {name: a, language: from lead, teams: far}\n",
     {"d.yaml:6: rule 'a' requires what no rep on the roster has; its leads are parked at once, until other rules have somebody"}},
    {ALL_COUNT "rules:\n  - {name: base, require: {it: 1}}\n  - {name: a, when: {source: x}, require: {solar: 1}}\n",
     {"d.yaml:9: rule 'a', with those that hold whenever it does, requires what no rep on the roster has; its leads are parked at once, until other rules have somebody"}},
    {ALL_COUNT "rules:\n  - {name: base, require: {it: 9}}\n",
     {"d.yaml:8: rule 'base' requires what no rep on the roster has; its leads are parked at once, until other rules have somebody"}},
    {ALL_COUNT "rules:\n  - {name: base}\n  - {name: a, when: {source: x}, require: {it: 1}}\n  - {name: b, when: {language: it}, require: {solar: 1}}\n",
     {"d.yaml:10: rules 'a' and 'b' may hold for the same lead, and require together what no rep on the roster has; it is parked at once then, until other rules have somebody"}},
    {ALL_COUNT "rules:\n  - {name: base}\n  - {name: a, when: {attribute.n: {at_least: 5}}, require: {it: 1}}\n  - {name: b, when: {attribute.n: {at_most: 5}}, require: {solar: 1}}\n",
     {"d.yaml:10: rules 'a' and 'b' may hold for the same lead, and require together what no rep on the roster has; it is parked at once then, until other rules have somebody"}},
    {"desk: main\nteams: {in: , far: }\nreps:\n  anna: {team: in, device: \"sip:a@b\"}\nrules:\n  - {name: a, teams: in, relax: [{after: 30s, add_team: far}]}\n",
     {"d.yaml:6: rule 'a': relax step 1: team 'far' has no reps, so nobody more may take it then"}},
    {"desk: main\n" REPS "rules:\n  - name: all\n  - {name: late, when: {language: it}}\n",
     {"d.yaml:6: rule 'late' is never reached: 'all' before it takes every lead"}},
    {"desk: main\nchannels:\n  phone: {interrupts: web}\n  web: {}\nreps:\n  anna: {device: \"sip:a@b\"}\nrules:\n  - name: all\n",
     {"d.yaml:3: calls interrupt nobody, as no rep has a reserve; give reps or teams one, e.g. reserve: 3"}},
    {"desk: main\nreps:\n  anna: {device: \"sip:a@b\", reserve: 3}\nrules:\n  - name: all\n",
     {"d.yaml: a reserve serves nothing, as no channel interrupts another; write e.g. phone: {interrupts: [web, email]}"}},
};

static void doubtful_files_are_taken_with_a_warning(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof doubtful_files / sizeof doubtful_files[0]; i++) {
        struct desk_yaml *desk = desk_of(doubtful_files[i].file);
        assert_non_null(desk_yaml_config(desk));
        assert_int_equal(desk_yaml_warning_count(desk), 1);
        assert_string_equal(desk_yaml_warning_at(desk, 0), doubtful_files[i].said[0]);
        desk_yaml_close(&desk);
    }
}

/* Where all rules that hold count, what one asks for is not what its leads ask for. */
static void rules_that_relieve_or_exclude_each_other_give_no_warning(void **state)
{
    static const char *const files[] = {
        /* by a rule that holds whenever it does: its relaxation, its language */
        ALL_COUNT "rules:\n  - {name: base}\n  - {name: a, when: {language: it}, require: {it: 9}}\n"
                  "  - {name: b, when: {language: [it, de]}, require: {it: 1}, relax: [{after: 30s, drop: it}]}\n",
        "desk: main\nrules_that_count: all\nreps:\n  anna: {languages: [it], device: \"sip:a@b\"}\nrules:\n  - {name: base}\n"
            "  - {name: a, when: {source: x, language: it}, language: de}\n  - {name: b, when: {language: {exists: yes}}, language: it}\n",
        /* never for the same lead */
        ALL_COUNT "rules:\n  - {name: base}\n  - {name: a, when: {language: it}, require: {it: 1}}\n  - {name: b, when: {language: [de, fr]}, require: {solar: 1}}\n",
        ALL_COUNT "rules:\n  - {name: base}\n  - {name: a, when: {source: {exists: yes}}, require: {it: 1}}\n  - {name: b, when: {source: {exists: no}}, require: {solar: 1}}\n",
        ALL_COUNT "rules:\n  - {name: base}\n  - {name: a, when: {attribute.n: {at_least: 6}}, require: {it: 1}}\n  - {name: b, when: {attribute.n: {at_most: 5}}, require: {solar: 1}}\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct desk_yaml *desk = desk_of(files[i]);
        if (desk_yaml_problem_count(desk) > 0)
            fail_msg("file %zu: %s", i, desk_yaml_problem_at(desk, 0));
        if (desk_yaml_warning_count(desk) > 0)
            fail_msg("file %zu: %s", i, desk_yaml_warning_at(desk, 0));
        desk_yaml_close(&desk);
    }
}

static void a_call_free_desk_needs_no_devices(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\nreps:\n  anna:\nchannels: {web: }\nrules:\n  - name: all\n");
    assert_non_null(desk_yaml_config(desk));
    assert_int_equal(desk_yaml_warning_count(desk), 0);
    assert_int_equal(desk_yaml_config(desk)->n_channels, 1);
    desk_yaml_close(&desk);
}

static void a_short_file_gets_the_defaults(void **state)
{
    (void)state;
    static const char text[] = "desk: main\n" REPS;
    struct desk_yaml *desk = desk_of(text);
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_string_equal(config->desk, "main");
    assert_string_equal(config->source_text, text);
    assert_string_equal(config->policy, "least_loaded");
    assert_int_equal(config->n_channels, 3);
    const Leadwire__V1__ChannelConfig *phone = config->channels[0], *web = config->channels[1], *email = config->channels[2];
    assert_int_equal(phone->channel, LEADWIRE__V1__CHANNEL__CHANNEL_PHONE);
    assert_int_equal(phone->weight, 3);
    assert_int_equal(phone->offer_timeout_ms, 15000);
    assert_int_equal(phone->wait_limit_ms, 600000);
    assert_int_equal(phone->wrap_up_ms, 10000);
    assert_int_equal(phone->connect_timeout_ms, 25000);
    assert_int_equal(web->channel, LEADWIRE__V1__CHANNEL__CHANNEL_WEB);
    assert_int_equal(web->weight, 1);
    assert_int_equal(web->offer_timeout_ms, 45000);
    assert_int_equal(web->wait_limit_ms, 4 * 3600000);
    assert_int_equal(web->wrap_up_ms, 0);
    assert_int_equal(email->offer_timeout_ms, 60000);
    assert_int_equal(email->wait_limit_ms, 8 * 3600000);
    assert_true(phone->priority > web->priority && web->priority > email->priority);
    assert_int_equal(config->reps[0]->capacity, 3);
    assert_string_equal(config->reps[0]->label, "anna");
    assert_int_equal(config->grace_ms, 15000);
    assert_int_equal(config->reopen_for_ms, 0);
    assert_int_equal(config->park_limit_ms, 48 * 3600000);
    assert_int_equal(config->park_nudge_ms, 0);   /* the broker has it: half of that, at most a day */
    assert_int_equal(config->work_limit_ms, 24 * 3600000);
    assert_int_equal(config->retry_same_rep_ms, 120000);
    assert_int_equal(config->offers_max, 12);
    assert_int_equal(config->misses_to_away, 3);
    assert_false(config->return_assigned_when_gone);
    assert_int_equal(config->n_dispositions, 6);
    assert_int_equal(config->n_rules, 1);
    assert_string_equal(config->rules[0]->queue, "general");
    desk_yaml_close(&desk);
    assert_null(desk);
}

static void ended_leads_are_kept_where_the_desk_says_so(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" REPS "timeouts: {reopen_for: 36h}\n");
    assert_int_equal(desk_yaml_config(desk)->reopen_for_ms, 36 * 3600000);
    desk_yaml_close(&desk);
}

static void managers_are_told_again_when_the_desk_says_so(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" REPS "timeouts: {park_limit: 3d, park_nudge: 4h}\n");
    assert_int_equal(desk_yaml_config(desk)->park_limit_ms, 3 * 24 * 3600000);
    assert_int_equal(desk_yaml_config(desk)->park_nudge_ms, 4 * 3600000);
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "timeouts: {park_limit: 1h}\n");   /* shorter than the usual time */
    assert_int_equal(desk_yaml_config(desk)->park_nudge_ms, 0);
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "timeouts: {park_nudge: 0}\n");
    assert_int_equal(desk_yaml_config(desk)->park_nudge_ms, UINT32_MAX);   /* never */
    desk_yaml_close(&desk);
}

static void what_makes_a_lead_urgent_is_the_desks_unless_a_queue_says_more(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" REPS
        "teams: {inside: {time_zone: Europe/Rome, hours: {mon-sun: \"09:00-18:00\"}}}\n"
        "rules:\n  - {name: hot, when: {language: it}, value: from attribute.budget}\n  - {name: rest, value: 100}\n"
        "service_level: 30m\nurgency: {value: 3}\nhours_of: inside\n"
        "queues:\n  hot: {service_level: 2m, age_cap: 1h, hours_of: always}\n  rest: {policy: top_down}\n");
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(config->order->service_level_ms, 30 * 60000);
    assert_int_equal(config->order->priority, 1);
    assert_int_equal(config->order->slack, 100);
    assert_int_equal(config->order->value, 3);
    assert_int_equal(config->order->age, 10);
    assert_int_equal(config->order->age_cap_ms, 0);
    assert_string_equal(config->order->hours_of, "inside");
    assert_int_equal(config->queues[0]->order->service_level_ms, 2 * 60000);
    assert_int_equal(config->queues[0]->order->age_cap_ms, 3600000);
    assert_int_equal(config->queues[0]->order->value, 3);
    assert_string_equal(config->queues[0]->order->hours_of, "");
    assert_null(config->queues[1]->order);
    assert_string_equal(config->rules[0]->value_from, "attribute.budget");
    assert_int_equal(config->rules[1]->value, 100);
    desk_yaml_close(&desk);
}

/* One queue that weighs makes the others comparable. */
static void a_queue_that_weighs_makes_the_desk_weigh(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" REPS "rules: [{name: sales}]\nqueues:\n  sales: {service_level: 5m}\n");
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(config->queues[0]->order->service_level_ms, 5 * 60000);
    assert_int_equal(config->order->service_level_ms, 0);
    assert_int_equal(config->order->age, 10);
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS);
    assert_null(desk_yaml_config(desk)->order);
    desk_yaml_close(&desk);
}

static void dispositions_say_what_follows(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" REPS "dispositions:\n"
                                     "  sold: {class: won, label: Sold, texts: {it: Venduto, de: Verkauft}}\n"
                                     "  again: {class: later, then: call_back, at_least: 10m, same_rep_for: 1h}\n"
                                     "  visit: {class: later, then: appointment}\n"
                                     "  stop: {class: do_not_call}\n");
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(config->dispositions[0]->follow_up, LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_END);
    assert_int_equal(config->dispositions[0]->n_texts, 2);
    assert_string_equal(config->dispositions[0]->texts[0]->language, "it");
    assert_string_equal(config->dispositions[0]->texts[1]->text, "Verkauft");
    assert_int_equal(config->dispositions[1]->follow_up, LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_CALL_BACK);
    assert_int_equal(config->dispositions[1]->after_ms, 2 * 3600000);
    assert_int_equal(config->dispositions[1]->at_least_ms, 600000);
    assert_int_equal(config->dispositions[1]->same_rep_for_ms, 3600000);
    assert_int_equal(config->dispositions[2]->after_ms, 0);   /* an appointment has the time that the rep made */
    assert_int_equal(config->dispositions[3]->follow_up, LEADWIRE__V1__FOLLOW_UP__FOLLOW_UP_SUPPRESS);
    desk_yaml_close(&desk);
}

/* On the wire 0 would mean "the default". */
static void people_are_recognised_as_written(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" REPS);
    assert_null(desk_yaml_config(desk)->people);
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "people: {join: yes}\n");
    assert_true(desk_yaml_config(desk)->people->join);
    assert_int_equal(desk_yaml_config(desk)->people->window_ms, 30 * 24 * 3600000ull);
    assert_true(desk_yaml_config(desk)->people->keep_stops && !desk_yaml_config(desk)->people->park_stopped);
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "people: {do_not_call: park}\n");
    assert_true(desk_yaml_config(desk)->people->keep_stops && desk_yaml_config(desk)->people->park_stopped);
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "people: {do_not_call: forget}\n");
    assert_true(!desk_yaml_config(desk)->people->keep_stops && !desk_yaml_config(desk)->people->park_stopped);
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "people: {customer_for: 10d, owner_for: 45s, owner: from attribute.owner}\n"
                   "rules: [{name: add-on, when: {customer: yes}, priority: 30}]\n");
    assert_int_equal(desk_yaml_config(desk)->people->customer_for_ms, 10 * 24 * 3600000ull);
    assert_int_equal(desk_yaml_config(desk)->people->owner_for_ms, 45000);
    assert_string_equal(desk_yaml_config(desk)->people->owner_from, "attribute.owner");
    assert_string_equal(desk_yaml_config(desk)->rules[0]->when[0]->values[0], "yes");
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "rules: [{name: renew, when: {bought_days: {at_least: 300}}}]\n");
    assert_non_null(strstr(desk_yaml_problem_at(desk, 0), "rule 'renew' asks for customers, whom the desk does not know"));
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "people: {customer_for: 10d}\nrules: [{name: renew, when: {bought_days: {at_least: 300}}}]\n");
    assert_string_equal(desk_yaml_config(desk)->rules[0]->when[0]->field, "bought_days");
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "people: {customer_for: 10d}\nrules: [{name: pumps, when: {bought: pumps}}]\n");
    assert_string_equal(desk_yaml_config(desk)->rules[0]->when[0]->field, "bought");
    desk_yaml_close(&desk);
    desk = desk_of("desk: main\n" REPS "people: {window: 2h}\n");
    assert_false(desk_yaml_config(desk)->people->join);
    assert_int_equal(desk_yaml_config(desk)->people->window_ms, 2 * 3600000ull);
    desk_yaml_close(&desk);
}

static void no_grace_is_the_shortest_not_the_default(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" REPS "timeouts: {grace: 0, retry_same_rep: 0}\n");
    assert_int_equal(desk_yaml_config(desk)->grace_ms, 1);
    assert_int_equal(desk_yaml_config(desk)->retry_same_rep_ms, 1);
    desk_yaml_close(&desk);
}

static void rules_read_as_written(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of(
        "desk: main\nskills: {italian: , solar: }\nreps:\n  anna: {device: \"sip:a@b\", skills: {italian: 9, solar: 9}}\nrules:\n"
        "  - name: big\n    when:\n      language: [it, no]\n      subject: {contains: solar, prefix: [Re, Fw]}\n"
        "      attribute.budget: {at_least: 10000, at_most: -5}\n      email: {exists: no}\n      phone: {missing: false}\n      summary: {regex: ['solar\\b', '^a']}\n"
        "    queue: gold\n    require: {italian: 5, solar: 3}\n    priority: 20\n  - name: rest\n");
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(config->n_rules, 2);
    const Leadwire__V1__RuleConfig *rule = config->rules[0];
    assert_string_equal(rule->name, "big");
    assert_string_equal(rule->queue, "gold");
    assert_int_equal(rule->priority, 20);
    assert_int_equal(rule->n_require, 2);
    assert_string_equal(rule->require[0]->skill, "italian");
    assert_int_equal(rule->require[0]->level, 5);
    static const struct { const char *field; int kind; const char *first; size_t count; } expected[] = {
        {"language", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EQUALS, "it", 2},
        {"subject", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_CONTAINS, "solar", 1},
        {"subject", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_PREFIX, "Re", 2},
        {"attribute.budget", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_AT_LEAST, "10000", 1},
        {"attribute.budget", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_AT_MOST, "-5", 1},
        {"email", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_MISSING, NULL, 0},
        {"phone", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_EXISTS, NULL, 0},
        {"summary", LEADWIRE__V1__PREDICATE_KIND__PREDICATE_REGEX, "solar\\b", 2},
    };
    assert_int_equal(rule->n_when, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < rule->n_when; i++) {
        assert_string_equal(rule->when[i]->field, expected[i].field);
        assert_int_equal(rule->when[i]->kind, expected[i].kind);
        assert_int_equal(rule->when[i]->n_values, expected[i].count);
        if (expected[i].first != NULL)
            assert_string_equal(rule->when[i]->values[0], expected[i].first);
    }
    assert_string_equal(config->rules[1]->queue, "rest");
    desk_yaml_close(&desk);
}

static void where_all_rules_count_those_without_a_queue_keep_the_one_of_the_first(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" "reps:\n  anna: {device: \"+390200000001\"}\nrules_that_count: all\nrules:\n  - {name: base, queue: sales}\n"
                                     "  - {name: hot, when: {source: fair}, priority: 40}\n  - {name: solar, when: {product: solar}, queue: solar}\n");
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(desk_yaml_warning_count(desk), 0);   /* none is never reached */
    assert_true(config->all_rules);
    assert_false(config->rules[0]->keeps_queue);
    assert_true(config->rules[1]->keeps_queue);
    assert_string_equal(config->rules[1]->queue, "sales");
    assert_false(config->rules[2]->keeps_queue);
    assert_string_equal(config->rules[2]->queue, "solar");
    desk_yaml_close(&desk);

    desk = desk_of("desk: main\nreps:\n  anna: {device: \"+390200000001\"}\nrules_that_count: all\nrules:\n  - {name: hot, when: {source: fair}, priority: 40}\n");
    config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_string_equal(config->rules[0]->name, "general");
    assert_string_equal(config->rules[1]->queue, "general");
    assert_string_equal(desk_yaml_warning_at(desk, 0), "d.yaml:5: no rule takes every lead; added rule 'general' at the beginning (queue 'general', nothing required)");
    desk_yaml_close(&desk);

    desk = desk_of("desk: main\nreps:\n  anna: {device: \"+390200000001\"}\nrules_that_count: all\nrules:\n  - {name: hot, when: {source: fair}, priority: 40}\n  - name: rest\n");
    assert_string_equal(desk_yaml_warning_at(desk, 0), "d.yaml:7: rule 'rest' takes every lead and stands behind 'hot': what it says goes before that; let it be the first");
    desk_yaml_close(&desk);
}

static void what_a_rule_promises_reads_as_written(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" "reps:\n  anna: {device: \"+390200000001\"}\nrules:\n  - {name: hot, when: {source: fair}, first_touch: 10m, owner: anna, owner_for: 2m}\n"
                                     "  - {name: warm, when: {source: shop}, owner: anna}\n  - {name: rest}\n");
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(config->rules[0]->first_touch_ms, 600000);
    assert_string_equal(config->rules[0]->owner, "anna");
    assert_int_equal(config->rules[0]->owner_for_ms, 120000);
    assert_int_equal(config->rules[1]->owner_for_ms, 45000);
    assert_string_equal(config->rules[2]->owner, "");
    assert_int_equal(config->rules[2]->owner_for_ms, 0);
    assert_int_equal(config->rules[2]->first_touch_ms, 0);
    desk_yaml_close(&desk);
}

static void what_best_pair_reckons_with_reads_as_written(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_of("desk: main\n" "reps:\n  anna: {device: \"+390200000001\", rates: {solar: 12.5, general: 100}}\n"
                                     "  bert: {device: \"+390200000002\", rates: {general: 3}}\n"
                                     "rules:\n  - {name: solar, when: {product: solar}, value: from attribute.budget}\n  - {name: general, value: 40}\n"
                                     "queues:\n  solar: {policy: best_pair, decay: 10m}\n");
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(config->reps[0]->n_rates, 2);
    assert_string_equal(config->reps[0]->rates[0]->queue, "solar");
    assert_int_equal(config->reps[0]->rates[0]->rate, 125);
    assert_int_equal(config->reps[0]->rates[1]->rate, 1000);
    assert_string_equal(config->rules[0]->value_from, "attribute.budget");
    assert_int_equal(config->rules[1]->value, 40);
    assert_int_equal(config->queues[0]->half_life_ms, 600000);
    assert_int_equal(desk_yaml_warning_count(desk), 3);
    assert_string_equal(desk_yaml_warning_at(desk, 0), "d.yaml:3: rep 'anna': rates: queue 'general' has policy least_loaded, which does not look at them");
    assert_string_equal(desk_yaml_warning_at(desk, 2),
                        "d.yaml:4: rep 'bert' has no rate for queue 'solar', while 1 of the reps have one: theirs is guessed from levels, 1 of a hundred a level");
    desk_yaml_close(&desk);
}

static void the_small_business_example_is_without_a_warning(void **state)
{
    (void)state;
    struct desk_yaml *desk = desk_yaml_open(LEADWIRE_SOURCE_DIR "/deploy/small-business/desk.yaml");
    for (size_t i = 0; i < desk_yaml_problem_count(desk); i++)
        print_message("%s\n", desk_yaml_problem_at(desk, i));
    for (size_t i = 0; i < desk_yaml_warning_count(desk); i++)
        print_message("%s\n", desk_yaml_warning_at(desk, i));
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    assert_non_null(config);
    assert_int_equal(desk_yaml_warning_count(desk), 0);
    assert_int_equal(config->n_reps, 6);
    static const char *const names[] = {"anna", "bruno", "carla", "dieter", "elif", "farid"};
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(config->reps[i]->name, names[i]);
    desk_yaml_close(&desk);
}

/* The example says of itself that what it writes are the defaults. */
static void the_small_business_example_writes_the_defaults(void **state)
{
    (void)state;
    struct desk_yaml *example = desk_yaml_open(LEADWIRE_SOURCE_DIR "/deploy/small-business/desk.yaml");
    struct desk_yaml *shortest = desk_of("desk: main\n" REPS);
    const Leadwire__V1__DeskConfig *a = desk_yaml_config(example), *b = desk_yaml_config(shortest);
    assert_int_equal(a->n_channels, b->n_channels);
    for (size_t i = 0; i < a->n_channels; i++) {
        assert_int_equal(a->channels[i]->channel, b->channels[i]->channel);
        assert_int_equal(a->channels[i]->weight, b->channels[i]->weight);
        assert_int_equal(a->channels[i]->priority, b->channels[i]->priority);
        assert_int_equal(a->channels[i]->offer_timeout_ms, b->channels[i]->offer_timeout_ms);
        assert_int_equal(a->channels[i]->wait_limit_ms, b->channels[i]->wait_limit_ms);
        assert_int_equal(a->channels[i]->wrap_up_ms, b->channels[i]->wrap_up_ms);
        assert_int_equal(a->channels[i]->connect_timeout_ms, b->channels[i]->connect_timeout_ms);
    }
    assert_int_equal(a->grace_ms, b->grace_ms);
    assert_int_equal(a->park_limit_ms, b->park_limit_ms);
    assert_int_equal(a->park_nudge_ms, 24 * 3600000);   /* which the broker makes of the other's 0 */
    assert_int_equal(b->park_nudge_ms, 0);
    assert_int_equal(a->work_limit_ms, b->work_limit_ms);
    assert_int_equal(a->retry_same_rep_ms, b->retry_same_rep_ms);
    assert_int_equal(a->offers_max, b->offers_max);
    assert_int_equal(a->misses_to_away, b->misses_to_away);
    assert_int_equal(a->return_assigned_when_gone, b->return_assigned_when_gone);
    desk_yaml_close(&example);
    desk_yaml_close(&shortest);
}

static void an_outsourced_team_overflows_and_has_its_limits(void **state)
{
    static const char text[] = "desk: main\nteams:\n  in: \n  out: {outsourced: yes, time_zone: Europe/Rome, daily_cap: 40, daily_share: 20}\nreps:\n"
                               "  anna: {team: in}\n  bob: {team: out}\nrules:\n  - name: a\n    relax: [{after: 60s, add_team: out}]\n";
    struct desk_yaml *desk = desk_yaml_from_text("d.yaml", text, sizeof text - 1);
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    (void)state;
    assert_non_null(config);
    assert_false(config->teams[0]->outsourced);
    assert_true(config->teams[1]->outsourced);
    assert_int_equal(config->teams[1]->daily_cap, 40);
    assert_int_equal(config->teams[1]->daily_share, 20);
    assert_true(config->teams[1]->n_days > 300);
    assert_string_equal(config->rules[0]->relax[0]->add_teams[0], "out");
    desk_yaml_close(&desk);
}

static void a_reserve_is_the_reps_or_the_teams(void **state)
{
    static const char text[] = "desk: main\nchannels:\n  phone: {interrupts: [web, email]}\n  web: {}\n  email: {}\nteams:\n  in: {reserve: 3}\nreps:\n"
                               "  anna: {team: in, device: \"sip:a@b\"}\n  bob: {team: in, device: \"sip:a@b\", reserve: 0}\n  cleo: {device: \"sip:a@b\", reserve: 1}\n";
    struct desk_yaml *desk = desk_yaml_from_text("d.yaml", text, sizeof text - 1);
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    (void)state;
    assert_non_null(config);
    assert_int_equal(config->channels[0]->interrupts, 1u << LW_CHANNEL_WEB | 1u << LW_CHANNEL_EMAIL);
    assert_int_equal(config->channels[1]->interrupts, 0);
    assert_int_equal(config->reps[0]->reserve, 3);
    assert_int_equal(config->reps[1]->reserve, 0);
    assert_int_equal(config->reps[2]->reserve, 1);
    desk_yaml_close(&desk);
}

/* A rep's own caps stand instead of the team's; days are compiled once for the team. */
static void caps_of_a_team_are_those_of_each_of_its_reps(void **state)
{
    static const char text[] = "desk: main\nteams:\n  in: {time_zone: Europe/Rome, caps: {per_hour: 2, source: {portal: 5}}}\nreps:\n"
                               "  anna: {team: in}\n  bob: {team: in, caps: {per_day: 9}}\n  cleo: {}\n";
    struct desk_yaml *desk = desk_yaml_from_text("d.yaml", text, sizeof text - 1);
    const Leadwire__V1__DeskConfig *config = desk_yaml_config(desk);
    (void)state;
    assert_non_null(config);
    assert_int_equal(config->reps[0]->caps->per_hour, 2);
    assert_string_equal(config->reps[0]->caps->sources[0]->source, "portal");
    assert_int_equal(config->reps[0]->caps->sources[0]->most, 5);
    assert_int_equal(config->reps[1]->caps->per_day, 9);
    assert_int_equal(config->reps[1]->caps->per_hour, 0);
    assert_null(config->reps[2]->caps);
    assert_true(config->teams[0]->n_days >= 400);
    assert_int_equal(config->teams[0]->days[0]->close_unix_ms, config->teams[0]->days[1]->open_unix_ms);
    desk_yaml_close(&desk);
}

static void the_manual_page_lists_every_field(void **state)
{
    (void)state;
    static char page[64 * 1024];
    FILE *file = fopen(LEADWIRE_SOURCE_DIR "/tools/leadwire/leadwire-desk.yaml.5", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    for (size_t i = 0; wire_lead_field_names[i] != NULL; i++) {
        const char *field = wire_lead_field_names[i];
        if (strstr(page, strcmp(field, "attribute.NAME") == 0 ? "attribute. NAME" : field) == NULL)
            fail_msg("field '%s' is not in leadwire-desk.yaml.5", field);
    }
}

static void ten_thousand_reps_are_read_and_one_more_is_not(void **state)
{
    (void)state;
    for (int count = 10000; count <= 10001; count++) {
        char *text = malloc(64 * 10001 + 256);
        size_t size = (size_t)sprintf(text, "desk: big\nskills: {s: }\nchannels: {web: }\nrules: [{name: all}]\nreps:\n");
        for (int i = 0; i < count; i++)
            size += (size_t)sprintf(text + size, "  r%05d: {skills: {s: %d}}\n", i, 1 + i % 10);
        struct desk_yaml *desk = desk_yaml_from_text("d.yaml", text, size);
        if (count == 10000) {
            assert_non_null(desk_yaml_config(desk));
            assert_int_equal(desk_yaml_config(desk)->n_reps, 10000);
        } else {
            assert_string_equal(desk_yaml_problem_at(desk, 0), "d.yaml:5: 'reps' has 10001 entries; at most 10000 are allowed");
        }
        desk_yaml_close(&desk);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_files_are_refused_in_exact_words),
        cmocka_unit_test(doubtful_files_are_taken_with_a_warning),
        cmocka_unit_test(rules_that_relieve_or_exclude_each_other_give_no_warning),
        cmocka_unit_test(a_call_free_desk_needs_no_devices),
        cmocka_unit_test(a_short_file_gets_the_defaults),
        cmocka_unit_test(ended_leads_are_kept_where_the_desk_says_so),
        cmocka_unit_test(what_makes_a_lead_urgent_is_the_desks_unless_a_queue_says_more),
        cmocka_unit_test(a_queue_that_weighs_makes_the_desk_weigh),
        cmocka_unit_test(dispositions_say_what_follows),
        cmocka_unit_test(people_are_recognised_as_written),
        cmocka_unit_test(managers_are_told_again_when_the_desk_says_so),
        cmocka_unit_test(no_grace_is_the_shortest_not_the_default),
        cmocka_unit_test(rules_read_as_written),
        cmocka_unit_test(where_all_rules_count_those_without_a_queue_keep_the_one_of_the_first),
        cmocka_unit_test(what_a_rule_promises_reads_as_written),
        cmocka_unit_test(what_best_pair_reckons_with_reads_as_written),
        cmocka_unit_test(the_small_business_example_is_without_a_warning),
        cmocka_unit_test(the_small_business_example_writes_the_defaults),
        cmocka_unit_test(an_outsourced_team_overflows_and_has_its_limits),
        cmocka_unit_test(a_reserve_is_the_reps_or_the_teams),
        cmocka_unit_test(caps_of_a_team_are_those_of_each_of_its_reps),
        cmocka_unit_test(the_manual_page_lists_every_field),
        cmocka_unit_test(ten_thousand_reps_are_read_and_one_more_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
