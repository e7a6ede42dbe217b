/* SPDX-License-Identifier: Apache-2.0 */
#include "hook_config.h"

#include "worker_config.h"

void hook_config_read(struct yaml_doc *doc, const char *config_path, const struct yaml_node *node, struct arena *arena,
                      struct hook_config *out)
{
    static const char *const keys[] = {"service", "secret_file", "secret_header", "signature", NULL};
    *out = (struct hook_config){.service = INBOUND_SERVICES};
    if (!node)
        return;
    if (yaml_node_kind(node) != YAML_KIND_MAP) {
        yaml_doc_problem(doc, node, "webhook must be a map");
        return;
    }
    yaml_check_keys(doc, node, "webhook", keys);
    const struct yaml_node *file = yaml_map_find(node, "secret_file"), *signature = yaml_map_find(node, "signature");
    out->service = inbound_service_find(yaml_read_text(doc, yaml_map_find(node, "service"), "webhook.service", 32, ""));
    if (out->service == INBOUND_SERVICES)
        yaml_doc_problem(doc, node, "webhook.service must be postmark, sendgrid or mailgun");
    if (!file == !signature) {
        yaml_doc_problem(doc, node, "webhook needs secret_file or signature, one of them: whoever can post here can make leads");
        return;
    }
    const char *header = worker_config_text(doc, arena, yaml_map_find(node, "secret_header"), "secret_header", LW_NAME_MAX,
                                            "X-Leadwire-Key");
    const char *secret = worker_config_secret(doc, arena, config_path, file);
    out->signature = secret ? signature_config_key(arena, header, secret)
                            : signature_config_read(doc, arena, config_path, signature);
    if (out->signature && signature_needs_url(out->signature))
        yaml_doc_problem(doc, signature, "webhook.signature: a scheme that signs the URL is not for mails");
}
