/* SPDX-License-Identifier: Apache-2.0
 *
 * port_file - tells whoever started us on which port we listen. Threads: any.
 */
#ifndef PORT_FILE_H
#define PORT_FILE_H

#include <leadwire/status.h>
#include <stdint.h>

/* The port, as text and a newline, to a file that appears whole. Errors: LW_INVALID (the path is too long), LW_IO. */
LW_MUST_CHECK lw_status port_file_write(const char *path, uint16_t port);

#endif
