/* SPDX-License-Identifier: Apache-2.0
 *
 * desk_reader - what the parts of desk_yaml share. Internal.
 *
 * Each part reads its section of the file to reader->config and reports what is wrong
 * by node. Parts go on after a problem, so that one run of `leadwire check` tells all.
 * Strings of the configuration are borrowed from the document.
 */
#ifndef DESK_READER_H
#define DESK_READER_H

#include <stdbool.h>

#include "arena.h"
#include "desk_yaml.h"
#include "yaml_doc.h"

enum { DESK_NAME_SIZE_MAX = 127, DESK_LABEL_SIZE_MAX = 127, DESK_MEMORY_MAX = 256 * 1024 * 1024 };

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

struct policy;

struct desk_yaml {
    struct yaml_doc *doc;
    const struct yaml_node *root;
    struct arena arena;
    Leadwire__V1__DeskConfig config;
    /* Where each item was written, in the order of config; NULL: added by us. */
    const struct yaml_node **channel_nodes, **rep_nodes, **rule_nodes;
    const char **skill_names;   /* NULL-ended, for hints */
    const char **team_names;
    char *warnings[DESK_WARNINGS_MAX];
    size_t warning_count;
    bool out_of_memory;
};

/* The parts, in the order in which they are called. */
void desk_read_skills(struct desk_yaml *reader);
/* Which channels interrupt which, and who has a reserve for that. After channels, teams and reps. */
void desk_read_interrupts(struct desk_yaml *reader);
void desk_read_teams(struct desk_yaml *reader);
/* Of the teams read so far; unknown ones are not. */
bool desk_team_is_outsourced(const Leadwire__V1__DeskConfig *config, const char *team);
void desk_read_channels(struct desk_yaml *reader);
void desk_read_reps(struct desk_yaml *reader);
/* After teams and reps. */
void desk_read_caps(struct desk_yaml *reader);
void desk_read_rules(struct desk_yaml *reader);
void desk_read_dispositions(struct desk_yaml *reader);
/* `texts` of that map: the label in other languages. of: whose, for problems: "disposition 'won'". NULL: none. */
Leadwire__V1__LocalText **desk_read_texts(struct desk_yaml *reader, const struct yaml_node *map, const char *of, const char *label, size_t *count_out);
void desk_read_break_reasons(struct desk_yaml *reader);
void desk_read_order(struct desk_yaml *reader);
void desk_read_queues(struct desk_yaml *reader);
void desk_read_fair_share(struct desk_yaml *reader);
void desk_read_people(struct desk_yaml *reader);
/* Leads have a field of this name. */
bool desk_is_field(const char *field);
/* `timeouts: retry_same_rep` and `decline_reasons`. timeouts: may be NULL. */
void desk_read_retry(struct desk_yaml *reader, const struct yaml_node *timeouts);
void desk_read_call_backs(struct desk_yaml *reader);
void desk_read_nobody(struct desk_yaml *reader);
/* After teams and reps. */
void desk_read_opening(struct desk_yaml *reader);
/* Who may sign in at the gateway. After teams and reps. */
void desk_read_users(struct desk_yaml *reader);
/* What can be said only with the whole desk in view. */
void desk_judge(struct desk_yaml *reader);

/* Adds "file:line: text"; beyond DESK_WARNINGS_MAX they are dropped. */
void desk_warn(struct desk_yaml *reader, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Zeroed memory of the reader; NULL sets out_of_memory, which is reported at the end. */
void *desk_alloc(struct desk_yaml *reader, size_t count, size_t size);
/* The section `key` of the file if it is a map (list) with at most count_max entries; NULL if absent, empty or after a problem. */
const struct yaml_node *desk_section(struct desk_yaml *reader, const char *key, enum yaml_kind kind, size_t count_max);
/* Reports a name that breaks the rule for names. what: "rep", "skill"... */
bool desk_check_name(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *name);
/* skills with levels: {italian: 5}. what: "rep 'anna'". */
void desk_read_levels(struct desk_yaml *reader, const struct yaml_node *node, const char *what, size_t count_max,
                      size_t *count_out, Leadwire__V1__SkillLevel ***out);
/* Languages and territories of a rep; language, territory and teams of a rule. */
void desk_read_rep_abilities(struct desk_yaml *reader, Leadwire__V1__RepConfig *rep, const struct yaml_node *node, const char *what);
void desk_read_rule_needs(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *what);
/* After `require`. */
void desk_read_prefer(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *what);
/* After all else that the rule asks for was read. */
void desk_read_relax(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *what);
/* For policy best_pair: of a rep, of a rule, of a queue; then against the whole desk. */
void desk_read_rates(struct desk_yaml *reader, Leadwire__V1__RepConfig *rep, const struct yaml_node *node, const char *what);
void desk_read_value(struct desk_yaml *reader, Leadwire__V1__RuleConfig *rule, const struct yaml_node *node, const char *what);
void desk_read_decay(struct desk_yaml *reader, Leadwire__V1__QueueConfig *queue, const struct yaml_node *node, const char *what);
/* To so many reps at once: of a queue, of a step. */
void desk_read_offer_to(struct desk_yaml *reader, const struct yaml_node *node, const char *what, uint32_t *out);
void desk_judge_broadcast(struct desk_yaml *reader);
/* Of the queue with this name: its own, else the desk's; NULL: there is no such policy. */
const struct policy *desk_policy_of(const struct desk_yaml *reader, const char *queue);
void desk_judge_pairs(struct desk_yaml *reader);
/* Which of a queue's leads goes first, where it differs from the desk's. */
void desk_read_queue_order(struct desk_yaml *reader, Leadwire__V1__QueueConfig *queue, const struct yaml_node *node, const char *what);
/* After queues and rules: values that nothing weighs. */
void desk_judge_order(struct desk_yaml *reader);
/* A team, or a list of them. */
void desk_read_team_list(struct desk_yaml *reader, const struct yaml_node *node, const char *what, size_t *count_out, char ***out);
/* The name of a policy; `absent` when there is none or after a problem. */
const char *desk_read_policy(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *absent);
/* "'itallian' is not in skills; did you mean 'italian'?" */
void desk_report_unknown(struct desk_yaml *reader, const struct yaml_node *node, const char *what, const char *noun,
                         const char *word, const char *section, const char *const *known);
/* The wire's strings are char *; nobody writes to them. */
static inline char *desk_borrow(const char *text)
{
    return (char *)text;
}

#endif
