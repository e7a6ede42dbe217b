/* SPDX-License-Identifier: Apache-2.0
 *
 * lmtp_socket - where the LMTP door listens: a path ("unix:/run/leadwire/mail.lmtp") or loopback ("127.0.0.1:2424",
 * "[::1]:0"). LMTP knows no passwords: no other address is accepted.
 */
#ifndef LMTP_SOCKET_H
#define LMTP_SOCKET_H

#include <leadwire/status.h>
#include <stdbool.h>
#include <stdint.h>

/* NULL: the address is good. Else why not (static text). */
const char *lmtp_socket_flaw(const char *address);
/* A listening, non-blocking socket; mode is the path's. A path that a dead process left is replaced, one on which
 * somebody answers is not. *port_out is 0 for a path. Errors: LW_INVALID, LW_IO (errno tells why). */
LW_MUST_CHECK lw_status lmtp_socket_open(const char *address, uint32_t mode, int *fd_out, uint16_t *port_out);
/* Closes and removes the path. fd -1 is accepted. */
void lmtp_socket_close(const char *address, int fd);

#endif
