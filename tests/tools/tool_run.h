/* SPDX-License-Identifier: Apache-2.0
 *
 * tool_run - the built `leadwire` as a test runs it: in the directory of a scripted broker, in UTC, as user boss.
 */
#ifndef TOOL_RUN_H
#define TOOL_RUN_H

#include <stddef.h>

struct scripted_broker;

enum { TOOL_OUTPUT_MAX = 64 * 1024 };

/* What it wrote the last time, on both streams. */
extern char tool_output[TOOL_OUTPUT_MAX];

/* Gives the exit code. broker NULL: where none runs. arguments are a shell's words, and may go on with `&` or `|`. */
int tool_run(const struct scripted_broker *broker, const char *arguments);
/* Reads a text file that must be there; gives its size, at most size - 1. */
size_t tool_read_file(const char *path, char *text, size_t size);

#endif
