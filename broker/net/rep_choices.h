/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_choices - what a rep is told of the desk's rules: what there is to choose from at their desk, and nothing else.
 *
 * Dispositions, reasons to decline and for breaks; names and labels of skills, teams and colleagues. Of an outsourced
 * team the rep is told the colleagues of that team. Threads: none.
 */
#ifndef REP_CHOICES_H
#define REP_CHOICES_H

#include "arena.h"
#include "wire.h"

/* Fills out, which borrows from whole and lives in the arena. What that has no room for is left out. */
void rep_choices_fill(const Leadwire__V1__DeskConfig *whole, const char *rep, struct arena *arena, Leadwire__V1__DeskConfig *out);

#endif
