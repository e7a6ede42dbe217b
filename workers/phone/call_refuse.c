/* SPDX-License-Identifier: Apache-2.0 */
#include "call_refuse.h"

#include <leadwire/lead.h>
#include <string.h>

static const struct { const char *word; enum call_refuse bit; } words[] = {
    {"closed", CALL_REFUSE_CLOSED}, {"no_rep", CALL_REFUSE_NO_REP}, {"busy", CALL_REFUSE_BUSY},
};

unsigned call_refuse_read(struct yaml_doc *doc, const struct yaml_node *node, unsigned absent)
{
    unsigned bits = 0;
    if (!node)
        return absent;
    if (yaml_node_kind(node) != YAML_KIND_LIST) {
        yaml_doc_problem(doc, node, "refuse must be a list of closed, no_rep, busy");
        return absent;
    }
    for (size_t i = 0; i < yaml_node_count(node); i++) {
        const char *word = yaml_read_text(doc, yaml_list_at(node, i), "refuse", LW_NAME_MAX, "");
        if (call_refuse_bit(word) == 0)
            yaml_doc_problem(doc, yaml_list_at(node, i), "refuse: '%s' is not closed, no_rep or busy", word);
        bits |= call_refuse_bit(word);
    }
    return bits;
}

unsigned call_refuse_bit(const char *say)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, say) == 0)
            return words[i].bit;
    return 0;
}
