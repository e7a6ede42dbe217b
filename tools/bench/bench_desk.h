/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_desk - the desk that benches with real processes work with: 50 reps over 10 skills with room for 10 leads each, and
 * leads of about 400 bytes in 12 fields, as a form gives them.
 */
#ifndef BENCH_DESK_H
#define BENCH_DESK_H

#include <leadwire/publisher.h>
#include <stdbool.h>
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
/* The file of the reps' secrets: rep0 and so on, all "bench-secret". */
void bench_desk_secrets(const char *path, uint32_t reps);
/* Rep r has the skills r % skills and (r + skills / 2) % skills; a lead needs the one that its product names, s0 and so on. */
struct bench_desk_size { uint32_t reps, skills; };
extern const struct bench_desk_size bench_desk_usual;   /* BENCH_REPS, BENCH_SKILLS */
bool bench_desk_has_skill(const struct bench_desk_size *size, uint32_t rep, uint32_t skill);
/* Gives the broker there the rules of the usual desk. */
void bench_desk_rules(const char *run_dir);
/* The same for a desk of this name, with other times than 60 s to answer an offer and 15 s for a rep who is cut off. */
void bench_desk_rules_timed(const char *run_dir, const char *desk_name, uint32_t offer_timeout_ms, uint32_t grace_ms);
/* The same for a desk of this size. */
void bench_desk_rules_sized(const char *run_dir, const char *desk_name, const struct bench_desk_size *size, uint32_t offer_timeout_ms, uint32_t grace_ms);
/* The idempotency id of lead `number`. */
void bench_desk_id(uint64_t number, char id[BENCH_ID_SIZE]);
/* Room for lead `number` of a desk with so many skills, which borrows it. Its vendor_id is bench_now_ns(). */
struct bench_lead { struct lw_lead lead; struct lw_lead_phone phone; struct lw_lead_email email; char sent[32], skill[16]; };
const struct lw_lead *bench_desk_lead(uint64_t number, uint32_t skills, struct bench_lead *room);
/* With its idempotency id. The first to a usual desk. */
LW_MUST_CHECK lw_status bench_desk_publish(struct lw_publisher *publisher, uint64_t number);
LW_MUST_CHECK lw_status bench_desk_publish_to(struct lw_publisher *publisher, uint64_t number, uint32_t skills);
/* Says what, ends the bench. */
_Noreturn void bench_give_up(const char *what);

#endif
