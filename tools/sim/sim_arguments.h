/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_arguments - numbers from the command line: the whole text, within bounds,
 * or false. text may be NULL.
 */
#ifndef SIM_ARGUMENTS_H
#define SIM_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

bool sim_parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *out);
/* 0 or more, with or without decimals; no sign, no infinity. */
bool sim_parse_decimal(const char *text, double *out);

#endif
