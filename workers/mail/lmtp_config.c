/* SPDX-License-Identifier: Apache-2.0 */
#include "lmtp_config.h"

#include "lmtp_socket.h"
#include "worker_config.h"

#include <stdlib.h>
#include <string.h>

enum { LISTEN_MAX = 256, SOCKET_MODE_DEFAULT = 0660, MODE_MAX = 0777 };

static uint32_t read_mode(struct yaml_doc *doc, const struct yaml_node *node)
{
    const char *text = yaml_read_text(doc, node, "lmtp.socket_mode", 8, NULL);
    if (!text)
        return SOCKET_MODE_DEFAULT;
    size_t digits = strspn(text, "01234567");
    unsigned long mode = strtoul(text, NULL, 8);
    if (digits < 3 || text[digits] || mode > MODE_MAX)
        yaml_doc_problem(doc, node, "lmtp.socket_mode must be an octal mode in quotes, such as \"0660\"");
    return (uint32_t)mode;
}

void lmtp_config_read(struct yaml_doc *doc, const struct yaml_node *node, struct arena *arena, struct lmtp_config *out)
{
    static const char *const keys[] = {"listen", "socket_mode", "connections_max", "command_within", "data_within", NULL};
    *out = (struct lmtp_config){0};
    if (!node)
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(doc, node, "lmtp must be a map");
        return;
    }
    yaml_check_keys(doc, node, "lmtp", keys);
    const struct yaml_node *listen = yaml_map_find(node, "listen");
    out->listen = worker_config_text(doc, arena, listen, "lmtp.listen", LISTEN_MAX, NULL);
    const char *flaw = out->listen ? lmtp_socket_flaw(out->listen) : "it is missing";
    if (flaw)
        yaml_doc_problem(doc, listen ? listen : node, "lmtp.listen: %s", flaw);
    out->socket_mode = read_mode(doc, yaml_map_find(node, "socket_mode"));
    out->connections_max = (uint32_t)yaml_read_number(doc, yaml_map_find(node, "connections_max"), "lmtp.connections_max",
                                                      1, 1024, 32);
    out->command_within_ms = (uint32_t)yaml_read_duration_ms(doc, yaml_map_find(node, "command_within"),
                                                             "lmtp.command_within", 100, 3600 * 1000, 60 * 1000);
    out->data_within_ms = (uint32_t)yaml_read_duration_ms(doc, yaml_map_find(node, "data_within"), "lmtp.data_within",
                                                          100, 3600 * 1000, 5 * 60 * 1000);
}
