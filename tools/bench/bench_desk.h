/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_desk - the desk that benches with real processes work with: 50 reps over 10 skills with room for 10 leads each, and
 * leads of about 400 bytes in 12 fields, as a form gives them.
 */
#ifndef BENCH_DESK_H
#define BENCH_DESK_H

#include <leadwire/publisher.h>
#include <stdint.h>
#include <sys/types.h>

enum { BENCH_REPS = 50, BENCH_SKILLS = 10, BENCH_CAPACITY = 10, BENCH_ID_SIZE = 32 };
#define BENCH_SOURCE "bench"

/* $LEADWIRE_REDIS_SERVER, or redis-server. If there is none of that name: the same program, which looks at the name it is called by. */
const char *bench_desk_redis_program(void);
#define BENCH_REDIS_ALSO_AS "redis-check-rdb"
/* A private redis-server on dir/redis.sock with this appendfsync; dies with the bench. */
pid_t bench_desk_redis(const char *dir, const char *fsync);
/* A number of its INFO; name as that has it. */
double bench_desk_redis_number(const char *dir, const char *name);
/* The file of the reps' secrets: rep0 to rep49, all "bench-secret". */
void bench_desk_secrets(const char *path);
/* Rep r has the skills r % 10 and (r + 5) % 10; a lead needs the one that its product names, s0 to s9. */
void bench_desk_rules(const char *run_dir);
/* The same for a desk of this name, with other times than 60 s to answer an offer and 15 s for a rep who is cut off. */
void bench_desk_rules_timed(const char *run_dir, const char *desk_name, uint32_t offer_timeout_ms, uint32_t grace_ms);
/* The idempotency id of lead `number`. */
void bench_desk_id(uint64_t number, char id[BENCH_ID_SIZE]);
/* Room for lead `number`, which borrows it. Its vendor_id is bench_now_ns(). */
struct bench_lead { struct lw_lead lead; struct lw_lead_phone phone; struct lw_lead_email email; char sent[32], skill[16]; };
const struct lw_lead *bench_desk_lead(uint64_t number, struct bench_lead *room);
/* With its idempotency id. */
LW_MUST_CHECK lw_status bench_desk_publish(struct lw_publisher *publisher, uint64_t number);
/* Says what, ends the bench. */
_Noreturn void bench_give_up(const char *what);

#endif
