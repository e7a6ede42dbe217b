/* SPDX-License-Identifier: Apache-2.0
 *
 * routes - the one table of what can be asked for, and by whom. What is not in it is not there. Threads: one owner.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include <stdio.h>

#include "request_guard.h"

struct gateway;

typedef void route_handler(struct gateway *gateway, const struct request *request, int detail);

/* Answers the request, now or later. */
void routes_handle(struct gateway *gateway, const struct guard *guard, struct request *request);
/* A line "METHOD PATH ROLES" for each; ROLES joined by commas, or "public". Returns the exit code. */
int routes_print(FILE *out);

#endif
