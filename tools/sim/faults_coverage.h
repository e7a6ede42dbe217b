/* SPDX-License-Identifier: Apache-2.0
 *
 * faults_coverage - what a set of seeds has seen: every legal move of a lead, and every kind of fault in every state of
 * a lead's life. What is legal is asked of the core, so that a state or a move that is new to it is missing here until
 * the simulator drives it. And what the judge saw that no move tells of: leads that were pulled, handed back...
 *
 * A fault of a message counts for the state of its lead; any other for each state that some lead is in.
 */
#ifndef FAULTS_COVERAGE_H
#define FAULTS_COVERAGE_H

#include "sim_coverage.h"

#define FAULTS_TABLE(X) \
    X(MESSAGE_LOST, "message lost") \
    X(MESSAGE_DOUBLED, "message doubled") \
    X(MESSAGE_REORDERED, "message overtaken") \
    X(MESSAGE_DELAYED, "message late") \
    X(BROKER_CRASHED, "broker crashed") \
    X(BATCHES_LOST, "broker crashed, batches lost") \
    X(BROKER_STOPPED, "broker stopped") \
    X(CLAIM_LOST, "claim lost") \
    X(REDIS_SLOW, "redis slow") \
    X(REDIS_SILENT, "redis silent") \
    X(REDIS_FAILING, "redis failing") \
    X(REDIS_UNKNOWN, "outcome unknown") \
    X(REDIS_FULL, "redis full") \
    X(REDIS_BEHIND, "redis behind") \
    X(REDIS_EMPTIED, "redis emptied") \
    X(REP_CRASHED, "rep crashed") \
    X(REP_CUT, "rep cut off") \
    X(SECOND_DEVICE, "second device") \
    X(CLOCK_STEPPED, "clock stepped")

enum faults_kind {
#define X(name, words) FAULTS_##name,
    FAULTS_TABLE(X)
#undef X
    FAULTS_KINDS
};

/* What becomes of a lead that several reps are offered; in the table of moves it stands among other moves of the same states. */
#define FAULTS_SEVERAL_TABLE(X) \
    X(OFFERED_TOO, "offered to another at once") \
    X(ONE_LEFT, "one of several left") \
    X(TAKEN, "taken by another")

enum faults_several {
#define X(name, words) FAULTS_SEVERAL_##name,
    FAULTS_SEVERAL_TABLE(X)
#undef X
    FAULTS_SEVERAL
};

enum { FAULTS_STATES = 16 };   /* room: as many as the core may ever have */

struct faults_coverage {
    uint64_t moves[FAULTS_STATES][FAULTS_STATES], pairs[FAULTS_KINDS][FAULTS_STATES], several[FAULTS_SEVERAL];
    uint64_t judged[SIM_FAULT_COUNT];   /* of those of faults_judged */
};

const char *faults_kind_words(enum faults_kind kind);
/* What somebody is told. */
void faults_coverage_note(struct faults_coverage *coverage, const struct core_effect *effect);
/* What the judge of a seed saw. */
void faults_coverage_judged(struct faults_coverage *coverage, const struct sim_coverage *seen);
void faults_coverage_add(struct faults_coverage *to, const struct faults_coverage *from);
void faults_coverage_print(const struct faults_coverage *coverage);
/* False, with words on standard error, if one was seen less often. */
bool faults_coverage_reaches(const struct faults_coverage *coverage, uint64_t least);

#endif
