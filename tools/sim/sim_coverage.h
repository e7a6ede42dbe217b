/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_coverage - what a simulation really did: moves of leads and faults, counted.
 */
#ifndef SIM_COVERAGE_H
#define SIM_COVERAGE_H

#include "core.h"

#define SIM_FAULT_TABLE(X) \
    X(LOST, "message lost") \
    X(DOUBLED, "message doubled") \
    X(DELAYED, "message late by seconds") \
    X(REP_CRASHED, "rep client crashed") \
    X(REP_CUT, "rep connection cut") \
    X(SECOND_DEVICE, "second device") \
    X(BROKER_KILLED_KEPT, "broker killed, all batches durable") \
    X(BROKER_KILLED_LOST, "broker killed, batches lost") \
    X(KILLED_IN_CHECKPOINT, "broker killed in a checkpoint") \
    X(RULES_CHANGED, "rules changed") \
    X(CHECKPOINT, "checkpoint finished") \
    X(LATE_ANSWER, "answer too late") \
    X(REPEATED_PUBLISH, "publish repeated") \
    X(REPEATED_COMPLETE, "completion repeated") \
    X(SECOND_RESULT, "second result of a dial") \
    X(HUNG_UP, "caller hung up") \
    X(TAKEN_BACK, "taken back") \
    X(RELEASED, "released from parking") \
    X(EXPLAINED, "decision explained") \
    X(ABANDONED, "caller gone, to be called back") \
    X(TO_REP, "handed to a rep") \
    X(BACK, "handed back to who handed it on") \
    X(TO_TEAM, "handed to a team") \
    X(TO_SKILL, "handed to a skill") \
    X(PREFERRED, "offered to the preferred rep") \
    X(TO_ALL, "preferred rep not there in time") \
    X(JOINED, "contact joined an open lead") \
    X(CALL_JOINED, "call joined an open lead") \
    X(JOINED_NOT, "another lead of one person") \
    X(STOPPED, "a lead of who wants to hear no more") \
    X(MESSAGE, "message made a call a call-back") \
    X(MESSAGE_JOINED, "message joined another lead") \
    X(MESSAGE_ALONE, "message of a call that is over") \
    X(ASSIGNED, "assigned by a manager") \
    X(HELD, "held by a manager") \
    X(PRIORITISED, "given another priority") \
    X(STATE_OF_REP, "rep's state set by a manager") \
    X(TOUCHED, "touched by the rep") \
    X(TOUCH_SEEN, "touched, says an edge") \
    X(NUDGED, "rep reminded of a lead") \
    X(UNTOUCHED, "not touched in time") \
    X(STILL_PARKED, "told again of a parked lead") \
    X(PULLED, "pulled from the shared list") \
    X(LATE_PULL, "pulled too late") \
    X(TO_SEVERAL, "offered to another rep at once") \
    X(ONE_OF_SEVERAL, "one of several offers ended") \
    X(TAKEN, "taken by one of several") \
    X(NOBODY_TOLD, "told that nobody is there") \
    X(OWNER, "owner of a person comes first") \
    X(OPENED, "backlog to be dealt out at opening") \
    X(KEPT_FROM_BACKLOG, "kept from the backlog") \
    X(DEVICE_TAKEN, "device busy or unreachable") \
    X(DEVICE_FREE, "device free again") \
    X(INTERRUPTED, "call interrupts lighter work") \
    X(MERGED, "merged by a manager") \
    X(REOPENED, "reopened by a manager") \
    X(PARTED, "parted by a manager") \
    X(SOURCE_PAUSED, "source paused by a manager") \
    X(SOURCE_GOES_ON, "paused source goes on") \
    X(KEPT_WAITING, "told busy, for the source is paused") \
    X(IDS_YOUNG, "told busy, for the oldest id is young") \
    X(LATE_REPEAT, "publish repeated while its id is kept") \
    X(ID_FORGOTTEN, "publish repeated after its id was kept")

enum sim_fault {
#define X(name, words) SIM_FAULT_##name,
    SIM_FAULT_TABLE(X)
#undef X
    SIM_FAULT_COUNT
};

struct sim_coverage {
    uint64_t moves[LEAD_STATES][LEAD_STATES];                 /* from, to */
    uint64_t faults[SIM_FAULT_COUNT];
};

const char *sim_fault_words(enum sim_fault fault);
void sim_coverage_add(struct sim_coverage *to, const struct sim_coverage *from);
void sim_coverage_print(const struct sim_coverage *coverage);
/* False, with words on standard error, if a legal move or a fault was never seen. */
bool sim_coverage_is_full(const struct sim_coverage *coverage);
bool sim_move_is_legal(enum lead_state from, enum lead_state to);

#endif
