/* SPDX-License-Identifier: Apache-2.0
 *
 * lead_record - what is written of a lead. Inside broker/core only.
 */
#ifndef LEAD_RECORD_H
#define LEAD_RECORD_H

#include "lead_table.h"

struct core;
struct lead_change;

void lead_image_fill(const struct core *core, const struct lead *lead, bool with_payload, struct lead_image *image);
/* The record of a move; idle_rep: whose idle time begins with it; 0: nobody's. */
void lead_record_change(struct core *core, struct lead *lead, const struct lead_change *change, bool with_payload, uint32_t idle_rep);
/* Writes the after-image of a lead whose exclusions or decisions changed without a move. */
void lead_record(struct core *core, struct lead *lead, bool with_payload);
/* Records of leads between the two are one: a restart finds all of them or none. */
void lead_records_begin(struct core *core);
void lead_records_end(struct core *core);
void lead_mark_dirty(struct core *core, struct lead *lead);
void lead_unmark_dirty(struct core *core, struct lead *lead);

#endif
