/* SPDX-License-Identifier: Apache-2.0
 *
 * owner - the rep whom a returning person comes to first. Inside broker/core only.
 */
#ifndef OWNER_H
#define OWNER_H

#include "core.h"

struct core;
struct lead;
struct rep;
struct person;
struct config_rule;

/* Whose the person is, there or not; NULL: nobody's. */
const struct rep *owner_find(const struct core *core, const struct core_command *publish, const struct person *person);
/* A new lead, before it waits, is for the owner of its person first, if the rules say so and the owner is there: true. */
bool owner_prefer(struct core *core, struct lead *lead, const struct core_command *publish, const struct person *person);
/* The same for the owner whom its rule names. */
void owner_prefer_of_rule(const struct core *core, struct lead *lead, const struct config_rule *rule);

#endif
