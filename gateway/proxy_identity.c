/* SPDX-License-Identifier: Apache-2.0 */
#include "proxy_identity.h"

#include <string.h>

#include "lw_log.h"

enum { HEADER_NAME_MAX = 128 };

void proxy_identity_read(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct proxy_identity *out)
{
    static const char *const known[] = {"header", "from", NULL};
    *out = (struct proxy_identity){0};
    if (!node)
        return;
    yaml_check_keys(doc, node, "identity", known);
    const struct yaml_node *list = yaml_map_find(node, "from");
    const char *header = yaml_read_text(doc, yaml_map_find(node, "header"), "identity.header", HEADER_NAME_MAX, NULL);
    size_t count = list && yaml_node_kind(list) == YAML_KIND_LIST ? yaml_node_count(list) : 0;
    if (!header || !*header || count == 0 || count > HTTP_PROXIES_MAX) {
        yaml_doc_problem(doc, node, "identity needs a header, and from: a list of 1 to %d addresses of the proxy", HTTP_PROXIES_MAX);
        return;
    }
    struct address_range *ranges = arena_calloc(arena, count, sizeof *ranges);
    for (size_t i = 0; ranges && i < count; i++) {
        const char *text = yaml_read_text(doc, yaml_list_at(list, i), "identity.from", ADDRESS_TEXT_MAX, NULL);
        if (text && !address_range_parse(text, &ranges[i]))
            yaml_doc_problem(doc, yaml_list_at(list, i), "'%s' is not an address or a range such as 10.0.0.0/8", text);
    }
    *out = (struct proxy_identity){.header = arena_strdup(arena, header), .from = ranges, .from_count = ranges ? count : 0};
}

static bool comes_from_proxy(const struct proxy_identity *identity, const struct http_call *call)
{
    struct address peer;
    const char *text = http_call_peer(call);
    if (!text || !address_parse(text, strlen(text), &peer))
        return false;
    for (size_t i = 0; i < identity->from_count; i++)
        if (address_in_range(&peer, &identity->from[i]))
            return true;
    return false;
}

void proxy_identity_take(const struct proxy_identity *identity, const struct guard *guard, struct request *request)
{
    if (!identity->header || !comes_from_proxy(identity, request->call))
        return;
    /* All lines of that name: a client's own beside the proxy's makes it a name that nobody has. */
    const char *name = http_call_header_joined(request->call, identity->header);
    if (!name || (request->user && strcmp(request->user->name, name) == 0))
        return;
    browser_sessions_end(guard->sessions, request->session);
    request->session = NULL;
    request->user = users_find(guard->users, name);
    if (!request->user) {
        log_warning("the proxy names a user who is not known here");
        return;
    }
    request->session = session_begin(guard->sessions, request->user, guard->now_ms, request->call, request->is_secure);
    request->holder = request->session->id;
    log_info("signed in by the proxy: user=%s", name);
}
