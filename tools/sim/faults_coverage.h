/* SPDX-License-Identifier: Apache-2.0
 *
 * faults_coverage - what a set of seeds has seen: every legal move of a lead, and every kind of fault in every state of
 * a lead's life. What is legal is asked of the core, so that a state or a move that is new to it is missing here until
 * the simulator drives it.
 *
 * A fault of a message counts for the state of its lead; any other for each state that some lead is in.
 */
#ifndef FAULTS_COVERAGE_H
#define FAULTS_COVERAGE_H

#include "core.h"

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

enum { FAULTS_STATES = 16 };   /* room: as many as the core may ever have */

struct faults_coverage { uint64_t moves[FAULTS_STATES][FAULTS_STATES], pairs[FAULTS_KINDS][FAULTS_STATES]; };

const char *faults_kind_words(enum faults_kind kind);
void faults_coverage_add(struct faults_coverage *to, const struct faults_coverage *from);
void faults_coverage_print(const struct faults_coverage *coverage);
/* False, with words on standard error, if one was seen less often. */
bool faults_coverage_reaches(const struct faults_coverage *coverage, uint64_t least);

#endif
