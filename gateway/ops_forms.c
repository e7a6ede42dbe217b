/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_forms.h"

#include <stdlib.h>
#include <string.h>

#include "act_reply.h"
#include "desk_yaml.h"
#include "rules_edit.h"
#include "user_access.h"
#include "yaml_edit.h"

/* What a form asks for. Texts are borrowed from its JSON. */
struct asked_form {
    enum rule_of of;
    enum rule_act act;
    const char *name;
    const json_t *set;
    struct rules_asked rules;
};

static const struct { const char *word; enum rule_of of; enum rule_act act; } acts[] = {
    {"change_rep", RULE_OF_REP, RULE_CHANGE},     {"add_rep", RULE_OF_REP, RULE_ADD},     {"remove_rep", RULE_OF_REP, RULE_REMOVE},
    {"change_team", RULE_OF_TEAM, RULE_CHANGE},   {"change_skill", RULE_OF_SKILL, RULE_CHANGE},
    {"add_skill", RULE_OF_SKILL, RULE_ADD},       {"remove_skill", RULE_OF_SKILL, RULE_REMOVE},
};

static const char *const kind_words[RULE_OF_COUNT] = {[RULE_OF_REP] = "rep", [RULE_OF_TEAM] = "team", [RULE_OF_SKILL] = "skill"};

static const char *member_text(const json_t *root, const char *name)
{
    return json_string_value(json_object_get(root, name));
}

static json_t *may_json(const struct user *user)
{
    json_t *may = json_array();
    if (user_may(user->role, WIRE_REP_COMMAND)) {
        json_array_append_new(may, json_string("change"));
        if (!user->team[0])
            json_array_append_new(may, json_string("shares"));
    }
    return may;
}

/* Nothing to read rules from yet. */
static bool has_rules(const struct ops_rules *rules, const struct request *request)
{
    if (rules->feed->rules_version == 0)
        http_call_reply_error(request->call, 504, "the broker has not told the rules yet", 2);
    return rules->feed->rules_version != 0;
}

void ops_forms_tell(struct ops_rules *rules, const struct request *request)
{
    const struct ops_feed *feed = rules->feed;
    const char *team = request->user->team[0] ? request->user->team : NULL;
    if (!has_rules(rules, request))
        return;
    struct yaml_doc *doc = yaml_doc_from_text("desk.yaml", feed->rules_text, strlen(feed->rules_text));
    const struct yaml_node *root = doc ? yaml_doc_root(doc) : NULL;
    json_reply(request->call, 200, json_pack("{s:i, s:I, s:s, s:s, s:o, s:o, s:o, s:o}", "version", (int)feed->rules_version, "applied_unix_ms",
                                             (json_int_t)feed->rules_applied_ms, "by", team ? "" : feed->rules_by, "team", team ? team : "", "may", may_json(request->user),
                                             "reps", rules_form_rows(root, RULE_OF_REP, team), "teams", rules_form_rows(root, RULE_OF_TEAM, team), "skills",
                                             rules_form_rows(root, RULE_OF_SKILL, team)));
    yaml_doc_close(&doc);
}

/* ---- who has a team */

static bool sets_shares(enum rule_of of, const json_t *set)
{
    for (const struct rule_field *field = rule_fields(of); field->name; field++)
        if (field->is_share && json_object_get(set, field->name))
            return true;
    return false;
}

static bool is_rep_of(const struct ops_rules *rules, const char *rep, const char *team)
{
    struct yaml_doc *doc = yaml_doc_from_text("desk.yaml", rules->feed->rules_text, strlen(rules->feed->rules_text));
    json_t *row = doc && yaml_doc_root(doc) ? rules_form_row(yaml_doc_root(doc), RULE_OF_REP, rep) : NULL;
    const char *its = member_text(row, "team");
    bool is_of = its && strcmp(its, team) == 0;
    json_decref(row);
    yaml_doc_close(&doc);
    return is_of;
}

/* Why not; NULL: they may. */
static const char *judge_team(const struct ops_rules *rules, const char *team, const struct asked_form *asked)
{
    const char *moves_to = member_text(asked->set, "team");
    if (!*team)
        return NULL;
    if (asked->of == RULE_OF_SKILL)
        return "skills are of all teams";
    if (sets_shares(asked->of, asked->set))
        return "shares and caps are not for the team itself to change";
    if (asked->of == RULE_OF_TEAM)
        return strcmp(asked->name, team) == 0 ? NULL : "the team is not yours";
    if (json_object_get(asked->set, "team") ? !moves_to || strcmp(moves_to, team) != 0 : asked->act == RULE_ADD)
        return "the rep would not be of your team";
    return asked->act == RULE_ADD || is_rep_of(rules, asked->name, team) ? NULL : "the rep is not of your team";
}

/* ---- what is wrong, beside the field it is of */

static json_t *problem_json(const char *field, const char *text)
{
    return json_pack("{s:s, s:s}", "field", field, "text", text);
}

/* The field whose word comes first in the text, the longer of two that come together. */
static const char *field_told(enum rule_of of, const char *text)
{
    const char *first = NULL, *name = "";
    size_t size = 0;
    if (of == RULE_OF_REP && strncmp(text, "level of ", strlen("level of ")) == 0)
        return "skills";
    for (const struct rule_field *field = rule_fields(of); field->name; field++) {
        const char *at = strstr(text, field->told_by);
        if (!at || (first && (at > first || (at == first && strlen(field->told_by) < size))))
            continue;
        first = at;
        size = strlen(field->told_by);
        name = field->name;
    }
    return name;
}

/* desk.yaml:31: rep 'anna': device must be ... -> device, "device must be ..." */
static json_t *told_problem(const struct asked_form *asked, const char *problem, bool is_of_team)
{
    char what[LW_NAME_MAX + 16];
    const char *text = strncmp(problem, "desk.yaml:", 10) == 0 ? strstr(problem, ": ") : NULL;
    text = text ? text + 2 : problem;
    snprintf(what, sizeof what, "%s '%.*s'", kind_words[asked->of], LW_NAME_MAX, asked->name);
    if (asked->act == RULE_ADD && strncmp(text, "rep name '", 10) == 0)
        return problem_json("name", text);
    if (strncmp(text, what, strlen(what)) != 0)
        return problem_json("", is_of_team ? "the rules of the desk do not allow it" : text);
    text += strlen(what);
    text += strspn(text, ": ");
    const char *field = field_told(asked->of, text);
    return problem_json(asked->act == RULE_ADD && !*field ? "name" : field, text);
}

static json_t *problems_json(const struct asked_form *asked, const struct desk_yaml *desk, bool is_of_team)
{
    json_t *problems = json_array();
    for (size_t i = 0; i < desk_yaml_problem_count(desk); i++)
        json_array_append_new(problems, told_problem(asked, desk_yaml_problem_at(desk, i), is_of_team));
    return problems;
}

static void reject(const struct request *request, json_t *problems, json_t *changes)
{
    json_reply(request->call, 200, json_pack("{s:s, s:s, s:o, s:o, s:[], s:i}", "outcome", "rejected", "reason", "", "problems", problems, "changes", changes,
                                             "warnings", "version", 0));
}

/* ---- what changes */

static void add_difference(json_t *changes, enum rule_of of, const char *name, const json_t *before, const json_t *after)
{
    json_t *rows = rules_form_difference(of, before, after), *row;
    size_t index;
    json_array_foreach(rows, index, row) {
        json_object_set_new(row, "of", json_string(kind_words[of]));
        json_object_set_new(row, "name", json_string(name));
        json_array_append(changes, row);
    }
    json_decref(rows);
}

/* Of every row of a kind; rows of one side only come and go as a whole. */
static void compare_rows(json_t *changes, enum rule_of of, const struct yaml_node *before, const struct yaml_node *after)
{
    const struct yaml_node *sides[] = {before, after};
    for (int side = 0; side < 2; side++) {
        const struct yaml_node *section = yaml_map_find(sides[side], rule_section(of));
        for (size_t i = 0; section && i < yaml_node_count(section) && yaml_node_kind(section) == YAML_KIND_MAP; i++) {
            const char *name = yaml_map_key_at(section, i);
            json_t *from = rules_form_row(before, of, name), *to = rules_form_row(after, of, name);
            if (side == 0 || !from)
                add_difference(changes, of, name, from, to);
            json_decref(from);
            json_decref(to);
        }
    }
}

/* asked->name "": of everything. */
static json_t *changes_json(const struct asked_form *asked, const char *before, const char *after)
{
    struct yaml_doc *from = yaml_doc_from_text("desk.yaml", before, strlen(before)), *to = yaml_doc_from_text("desk.yaml", after, strlen(after));
    json_t *changes = json_array();
    const struct yaml_node *was = from ? yaml_doc_root(from) : NULL, *is = to ? yaml_doc_root(to) : NULL;
    if (*asked->name) {
        json_t *row_before = rules_form_row(was, asked->of, asked->name), *row_after = rules_form_row(is, asked->of, asked->name);
        add_difference(changes, asked->of, asked->name, row_before, row_after);
        json_decref(row_before);
        json_decref(row_after);
    } else {
        for (int of = 0; of < RULE_OF_COUNT; of++)
            compare_rows(changes, (enum rule_of)of, was, is);
    }
    yaml_doc_close(&from);
    yaml_doc_close(&to);
    return changes;
}

/* ---- acts */

static void send_edited(struct ops_rules *rules, const struct request *request, const struct asked_form *asked, const char *edited)
{
    struct desk_yaml *desk = desk_yaml_from_text("desk.yaml", edited, strlen(edited));
    struct rules_asked sent = asked->rules;
    json_t *changes = changes_json(asked, rules->feed->rules_text, edited);
    sent.changes = changes;
    sent.tells_no_warnings = request->user->team[0] != '\0';
    if (desk && desk_yaml_config(desk))
        ops_rules_send(rules, request, &sent, &desk);
    else if (desk)
        reject(request, problems_json(asked, desk, sent.tells_no_warnings), json_incref(changes));
    else
        http_call_reply_error(request->call, 503, "no memory", 1);
    json_decref(changes);
    desk_yaml_close(&desk);
}

static const char *why_not(lw_status status)
{
    return status == LW_NOT_FOUND ? "is not in the rules, or not any more"
         : status == LW_DUPLICATE ? "is in the rules already; take another name"
         : status == LW_INVALID   ? "cannot be written so; if it looks right, change the rules as text"
                                  : lw_status_text(status);
}

static void change(struct ops_rules *rules, const struct request *request, const struct asked_form *asked)
{
    char *edited = NULL;
    const char *field = "", *refused = judge_team(rules, request->user->team, asked);
    if (refused) {
        http_call_reply_error(request->call, 403, refused, 0);
        return;
    }
    lw_status status = rules_edit(rules->feed->rules_text, asked->of, asked->name, asked->act, asked->set, &edited, &field);
    if (status == LW_OK)
        send_edited(rules, request, asked, edited);
    else
        reject(request, json_pack("[o]", problem_json(status == LW_NOT_FOUND || status == LW_DUPLICATE ? "name" : field, why_not(status))), json_array());
    free(edited);
}

/* Are two rules the same in all that has no form? */
static bool are_same_elsewhere(const char *before, const char *after)
{
    char *texts[] = {strdup(before), strdup(after)};
    struct yaml_doc *docs[] = {NULL, NULL};
    bool read = true;
    for (int side = 0; side < 2; side++) {
        for (int of = 0; of < RULE_OF_COUNT && texts[side] && read; of++) {
            lw_status status = yaml_edit_remove(&texts[side], (const char *const[]){rule_section((enum rule_of)of), NULL});
            read = status == LW_OK || status == LW_NOT_FOUND;
        }
        docs[side] = texts[side] ? yaml_doc_from_text("desk.yaml", texts[side], strlen(texts[side])) : NULL;
        read = read && docs[side] && yaml_doc_root(docs[side]);
    }
    bool same = read && yaml_edit_keeps(yaml_doc_root(docs[0]), yaml_doc_root(docs[1]), (const char *const[]){rule_section(RULE_OF_REP), NULL});
    for (int side = 0; side < 2; side++) {
        yaml_doc_close(&docs[side]);
        free(texts[side]);
    }
    return same;
}

static void go_back(struct ops_rules *rules, const struct request *request, const struct asked_form *asked, json_int_t version)
{
    json_t *row = version > 0 && version <= UINT32_MAX ? ops_versions_read(&rules->versions, (uint32_t)version) : NULL;
    const char *former = member_text(row, "text");
    if (request->user->team[0])
        http_call_reply_error(request->call, 403, "the rules are of all teams", 0);
    else if (!former)
        http_call_reply_error(request->call, 404, "this version is not kept", 0);
    else if (!user_may(request->user->role, WIRE_APPLY_CONFIG) && !are_same_elsewhere(rules->feed->rules_text, former))
        http_call_reply_error(request->call, 403, "more than reps, teams and skills was different then: an administrator can go back to it", 0);
    else
        send_edited(rules, request, asked, former);
    json_decref(row);
}

static bool read_act(const json_t *root, struct asked_form *asked)
{
    const char *word = member_text(root, "act");
    for (size_t i = 0; word && i < sizeof acts / sizeof *acts; i++) {
        if (strcmp(acts[i].word, word) != 0)
            continue;
        asked->of = acts[i].of;
        asked->act = acts[i].act;
        return asked->name && *asked->name && strlen(asked->name) <= LW_NAME_MAX && (asked->act == RULE_REMOVE || json_is_object(asked->set));
    }
    return false;
}

void ops_forms_take(struct ops_rules *rules, const struct request *request)
{
    size_t size;
    const char *body = http_call_body(request->call, &size);
    json_t *root = json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL), *version = json_object_get(root, "version");
    struct asked_form asked = {.name = member_text(root, "name"), .set = json_object_get(root, "set"),
                               .rules = {.reason = member_text(root, "reason"), .based_on = json_integer_value(json_object_get(root, "based_on")),
                                         .check_only = json_is_true(json_object_get(root, "check"))}};
    const char *word = member_text(root, "act"), *reason = asked.rules.reason;
    bool goes_back = word && strcmp(word, "go_back") == 0 && json_is_integer(version);
    bool has_reason = asked.rules.check_only || (reason && *reason && strlen(reason) <= OPS_REASON_MAX);
    if (!reason)
        asked.rules.reason = "";
    if (goes_back)
        asked.name = "";
    if ((!goes_back && !read_act(root, &asked)) || !has_reason)
        http_call_reply_error(request->call, 400, "a member is missing, too long or of the wrong type", 0);
    else if (has_rules(rules, request) && ops_rules_are_current(rules, request, &asked.rules)) {
        if (goes_back)
            go_back(rules, request, &asked, json_integer_value(version));
        else
            change(rules, request, &asked);
    }
    json_decref(root);
}
