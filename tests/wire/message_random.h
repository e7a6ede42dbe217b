/* SPDX-License-Identifier: Apache-2.0
 *
 * message_random - random messages that keep every rule. A function of the seed alone.
 */
#ifndef MESSAGE_RANDOM_H
#define MESSAGE_RANDOM_H

#include <stdbool.h>

#include "seeded.h"
#include "wire_rules.h"

static inline bool seeded_chance(struct seeded *random, unsigned percent)
{
    return seeded_below(random, 100) < percent;
}

/* Its frame may still be above the type's size limit. NULL at the arena's cap. */
ProtobufCMessage *message_random(struct seeded *random, const struct wire_rules *rules, struct arena *arena);

/* A type of the table, each equally likely. */
enum wire_type message_random_type(struct seeded *random);

#endif
