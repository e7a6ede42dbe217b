/* SPDX-License-Identifier: Apache-2.0
 *
 * key_need - which of a broker's endpoints a client goes to by CURVE only: all but those of its own machine.
 *
 * Nobody sends leads or a rep's secret in clear over a network, nor knocks for ever at a broker that takes nobody without a key.
 * Threads: any; no state.
 */
#ifndef KEY_NEED_H
#define KEY_NEED_H

#include <stdbool.h>

/* False for ipc:// (and whatever is no tcp://), and for tcp:// to a loopback address in numbers (127.0.0.1, [::1]) or to localhost,
 * which is one everywhere (RFC 6761). Other names are not resolved. */
bool key_is_needed(const char *endpoint);

#endif
