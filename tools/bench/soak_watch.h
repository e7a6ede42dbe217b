/* SPDX-License-Identifier: Apache-2.0
 *
 * soak_watch - what a soak looks at, second by second.
 */
#ifndef SOAK_WATCH_H
#define SOAK_WATCH_H

#include <sys/types.h>

#include "soak_judge.h"

struct soak_watch;

/* Errors end the bench. redis_socket: the private Redis. */
struct soak_watch *soak_watch_new(pid_t broker, const char *redis_socket);
void soak_watch_free(struct soak_watch *watch);
/* Looks once, for the row that is under way. */
void soak_watch_look(struct soak_watch *watch);
/* Ends the row: medians of the looks since the last, none of the clients' figures. */
struct soak_row soak_watch_row(struct soak_watch *watch);

#endif
