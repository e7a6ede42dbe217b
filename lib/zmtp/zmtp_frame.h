/* SPDX-License-Identifier: Apache-2.0
 *
 * zmtp_frame - the bytes of ZeroMQ's protocol, ZMTP 3.0 (rfc.zeromq.org/spec/23), as peers without keys speak it.
 *
 *   greeting   64 bytes from each side, at once
 *   command    READY from each side, with properties; later PING and PONG, or ERROR
 *   message    one frame or more: flags, size in 1 or 8 bytes, body
 *
 * Nothing of what a peer sends is asserted on. Threads: any; no state.
 */
#ifndef ZMTP_FRAME_H
#define ZMTP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ZMTP_GREETING_SIZE = 64,
    ZMTP_HEADER_MAX = 9,
    ZMTP_HELLO_SIZE = 107,       /* our greeting and our READY */
    ZMTP_COMMAND_MAX = 4096,     /* body */
    ZMTP_PONG_MAX = 23,          /* frame */
};

enum { ZMTP_MORE = 1, ZMTP_LONG = 2, ZMTP_COMMAND = 4 };   /* flags */

struct zmtp_frame {
    const uint8_t *body;
    size_t size;
    uint8_t flags;
};

enum zmtp_found { ZMTP_WHOLE, ZMTP_PART, ZMTP_WRONG };
enum zmtp_socket { ZMTP_DEALER, ZMTP_ROUTER };
enum zmtp_command { ZMTP_READY, ZMTP_PING, ZMTP_ERROR, ZMTP_OTHER };

/* The path of an ipc:// endpoint, in it; NULL: it is none, or fits no address. Abstract names and wildcards are libzmq's. */
const char *zmtp_path_of(const char *endpoint);

/* What we say first. */
void zmtp_write_hello(uint8_t out[ZMTP_HELLO_SIZE], enum zmtp_socket type);
/* The peer's greeting: version 3 or later, without keys. What is wrong is seen from the first wrong byte on. */
enum zmtp_found zmtp_check_greeting(const uint8_t *bytes, size_t size);

/* The frame at the beginning of bytes, borrowed. *total: all its bytes, of WHOLE; how many must be there to know more, of PART.
 * WRONG: it is none, or its body is above body_max. */
enum zmtp_found zmtp_find_frame(const uint8_t *bytes, size_t size, size_t body_max, struct zmtp_frame *out, size_t *total);
enum zmtp_command zmtp_command_of(const struct zmtp_frame *frame);
/* A property of a READY, named as libzmq names it; borrowed. False: it has none, and *out is empty. Of several the first. */
bool zmtp_find_property(const struct zmtp_frame *ready, const char *name, struct zmtp_frame *out);
/* READY's properties are as they should be. */
bool zmtp_ready_is_whole(const struct zmtp_frame *ready);
/* Gives the header's size. */
size_t zmtp_write_header(uint8_t out[ZMTP_HEADER_MAX], size_t body_size);
/* The answer to this PING; gives its size. */
size_t zmtp_write_pong(uint8_t out[ZMTP_PONG_MAX], const struct zmtp_frame *ping);

#endif
