/* SPDX-License-Identifier: Apache-2.0
 *
 * router_rig - a router at a path of its own, and peers that the test plays byte by byte. The router is only called when one of its
 * descriptors says so, or its clock: a wake-up that is lost ends in the deadline. All assert that what they ask for comes in time.
 */
#ifndef ROUTER_RIG_H
#define ROUTER_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"

enum { WITHIN_MS = 8000, STEP_MS = 20, FRAME_MAX = 70000, WAITING_MAX = 300, HEARD_MAX = 4096 };

extern const struct zmtp_limits router_limits;

struct heard { uint64_t route, number; size_t size; bool is_whole, has_identity; char user_id[40]; };

struct router_rig {
    char directory[32], path[64], endpoint[80];
    struct zmtp_router router;
    bool echoes;                       /* each message goes back to who sent it */
    struct heard heard[HEARD_MAX];     /* a ring */
    uint64_t heard_count;
    uint32_t accepted, ended, failed_handshakes, failed_accepts;
    uint64_t later_ms;                 /* the router's clock is ahead by this */
    uint64_t random;
};

/* For cmocka: *state is a rig that listens. */
int router_make(void **state);
int router_drop(void **state);
uint32_t router_pick(struct router_rig *f, uint32_t below);
uint64_t router_now(const struct router_rig *f);
uint64_t router_deadline(void);
/* Of this process, one more than the highest. */
int router_count_files(void);

/* ---- the router's turn ---- */
enum zmtp_sent router_tell(struct router_rig *f, uint64_t route, const void *bytes, size_t size);
/* Tells it numbers from `from` on until no more is taken; gives how many were. */
uint64_t router_fill_up(struct router_rig *f, uint64_t route, uint64_t from, size_t size);
const struct heard *router_last_heard(const struct router_rig *f);
void router_take_events(struct router_rig *f);
/* At most so many messages. */
void router_hear(struct router_rig *f, int count_max);
/* Sleeps until the router has something to do, or fd has (-1: none). Reads only if it may. */
void router_step_with(struct router_rig *f, int fd, bool may_read, int count_max);
void router_step(struct router_rig *f, int fd);
bool router_is_readable(int fd);
/* Nothing wakes who waits for it. */
void router_assert_idle(const struct router_rig *f);
void router_until_heard(struct router_rig *f, uint64_t count);
void router_until_ended(struct router_rig *f, uint32_t count);

/* ---- peers that the test plays ---- */
int router_come_to(const char *path);
/* Greets, shakes hands. */
int router_enter(struct router_rig *f);
/* Says this number; gives its route. */
uint64_t router_be_known(struct router_rig *f, int fd, uint64_t number);
void router_say(int fd, const void *bytes, size_t size);
void router_say_number(int fd, uint64_t number, size_t size);
/* A message of this size that begins with the number; gives its size on the wire. */
size_t router_write_message(uint8_t *out, uint64_t number, size_t size);
/* Hears so many bytes, while the router goes on, whether or not it reads. */
void router_listen_with(struct router_rig *f, int fd, uint8_t *bytes, size_t size, bool may_read);
void router_listen_to(struct router_rig *f, int fd, uint8_t *bytes, size_t size);
void router_expect_hello(struct router_rig *f, int fd);
void router_expect_message(struct router_rig *f, int fd, uint64_t number, size_t size);
/* Nothing more was said to it, and it is hung up on. */
void router_expect_end(struct router_rig *f, int fd);

#endif
