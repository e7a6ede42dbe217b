/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_check - a message against its rules, walking its descriptor.
 *
 * Threads: none; no state.
 */
#ifndef WIRE_CHECK_H
#define WIRE_CHECK_H

#include "wire_rules.h"

/* Errors: LW_INVALID; LW_TOO_LARGE (sizes and counts); *reason is then static text. */
LW_MUST_CHECK lw_status wire_check_message(const ProtobufCMessage *message, const struct wire_rules *rules,
                                           const char **reason);

#endif
