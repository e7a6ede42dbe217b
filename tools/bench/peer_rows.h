/* SPDX-License-Identifier: Apache-2.0
 *
 * peer_rows - the systems of bench peers, each with a durability: their rounds, whether they count, and ours over theirs.
 */
#ifndef PEER_ROWS_H
#define PEER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench_machine.h"
#include "floor.h"
#include "plot_page.h"

enum { PEER_ROUNDS_MAX = 16, PEER_ROWS = 13, PEER_RATIOS = 9 };

struct peer_row {
    const char *system, *durability;
    const char *lacks;             /* what it does not do of a lead's life; NULL: ours */
    double table_lives_per_s;      /* what such a driver reached elsewhere, where appends of that durability reached the floor of peer_rows.c; 0: ours */
    bool syncs_each;               /* its floor is that of appends at always, else of those at everysec */
    bool is_aside;                 /* does less than ours for a lead: no ratio is of it, and a quick run leaves it out */
    bool (*is_there)(void);        /* NULL: always */
    void (*ask_version)(char version[BENCH_VERSION_MAX]);   /* NULL: it is ours */
    char version[BENCH_VERSION_MAX];                        /* of what runs; "": it does not say */
    struct floor_result rounds[PEER_ROUNDS_MAX];
    bool went_wrong, is_missing, is_left_out;
};

extern struct peer_row peer_rows[PEER_ROWS];

struct peer_ratio { const char *name; int ours, peer; size_t offset; };   /* rows; of struct floor_result */
extern const struct peer_ratio peer_ratios[PEER_RATIOS];

/* Which programs are there, of which versions, and which rows a run is of: only: ours and that system's; NULL: all. False: there is no such system. */
bool peer_rows_look(bool is_quick, const char *only);
/* It is neither missing nor left out. */
bool peer_row_runs(const struct peer_row *row);
/* One round of one row, if it runs. */
void peer_row_run(uint32_t index, uint32_t round, uint32_t seconds);
/* The median of a member of struct floor_result, lowest and highest. */
struct plot_figure peer_row_figure(const struct peer_row *row, uint32_t rounds, size_t offset);
/* Every lead was checked, and the driver reached 80 % of what such a driver reached elsewhere, on a machine as fast as this one is now. */
bool peer_row_is_valid(const struct peer_row *row, uint32_t rounds);
/* Round by round. */
struct plot_figure peer_ratio_figure(const struct peer_ratio *ratio, uint32_t rounds);
/* Both rows ran. */
bool peer_ratio_is_there(const struct peer_ratio *ratio);

#endif
