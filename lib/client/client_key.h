/* SPDX-License-Identifier: Apache-2.0
 *
 * client_key - gives a socket the keys of a file, before it connects. Threads: any.
 */
#ifndef CLIENT_KEY_H
#define CLIENT_KEY_H

#include <leadwire/status.h>

/* Of the socket that will connect to this endpoint. path: a file as lib/keys/key_file.h has it. NULL or "": the socket stays plain.
 * Errors with why (KEY_WHY_MAX) in words: as key_file_read; LW_INVALID also for a server's key, and for no file where key_need.h says
 * that one is needed; LW_UNSUPPORTED: this libzmq has no CURVE. */
LW_MUST_CHECK lw_status client_key_give(void *socket, const char *endpoint, const char *path, char *why);

#endif
