/* SPDX-License-Identifier: Apache-2.0
 *
 * top_json - what `leadwire top --once --json` prints: the model as one object. The members are in docs/OPERATIONS.md.
 */
#ifndef TOP_JSON_H
#define TOP_JSON_H

#include "top_view.h"

/* The model has been counted as of now. False without memory. */
bool top_json_print(const struct top_model *model, int64_t now_unix_ms);

#endif
