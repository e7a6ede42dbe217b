/* SPDX-License-Identifier: Apache-2.0
 *
 * webhook_dead - the messages of a hook that were given up: files in STATE/HOOK/aside, a line with the id, then the body.
 *
 * They are sent again by a way that needs no process to be told: moved to STATE/HOOK/again, from where the process that runs, or the next
 * one, takes them. Threads: any; no state.
 */
#ifndef WEBHOOK_DEAD_H
#define WEBHOOK_DEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Each as a line "HOOK FILE ID"; how many, or -1 when the folder cannot be read (errno). */
int webhook_dead_list(const char *folder, const char *hook, FILE *out);
/* Moves all to be sent again; how many, or -1 (errno). */
int webhook_dead_resend(const char *folder);
uint64_t webhook_dead_count(const char *folder);
/* Of those to be sent again calls put for each in the order of their numbers; what it took (true) is removed. */
typedef bool webhook_dead_put(void *context, const char *bytes, size_t size);
void webhook_dead_take(const char *folder, webhook_dead_put *put, void *context);

#endif
