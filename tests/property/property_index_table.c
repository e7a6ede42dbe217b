/* SPDX-License-Identifier: Apache-2.0
 *
 * The twin is a list of pairs. Few hashes are drawn, so that runs are long and many values share one.
 */
#include <stdbool.h>

#include "index_table.h"
#include "seeded.h"

enum { PAIRS_MAX = 9000, STEPS = 40000 };

struct pair { uint32_t hash; bool is_there; };

static bool finds(const struct index_table *table, uint32_t hash, uint32_t value)
{
    uint32_t found, count = 0;
    for (uint32_t at = index_table_first(table, hash); index_table_at(table, hash, &at, &found);)
        count += found == value;
    MUST_HOLD(count <= 1);
    return count == 1;
}

static void add(struct index_table *table, struct pair *pair, uint32_t value, struct seeded *random)
{
    bool has_room = table->count < PAIRS_MAX;
    MUST_HOLD(index_table_make_room(table) == has_room);
    if (!has_room)
        return;
    *pair = (struct pair){(uint32_t)seeded_below(random, 4096) << seeded_below(random, 20), true};
    MUST_HOLD(index_table_add(table, pair->hash, value));
}

/* Grows to its bound and shrinks again by turns. */
static void round_of(struct seeded *random)
{
    static struct pair pairs[2 * PAIRS_MAX];
    struct index_table table;
    uint32_t count = 0;
    bool is_small = seeded_below(random, 2) == 0;
    memset(pairs, 0, sizeof pairs);
    MUST_HOLD((is_small ? index_table_init_small(&table, PAIRS_MAX) : index_table_init(&table, PAIRS_MAX)) == LW_OK);
    for (int step = 0; step < STEPS; step++) {
        uint32_t value = (uint32_t)seeded_below(random, 2 * PAIRS_MAX);
        struct pair *pair = &pairs[value];
        bool fills = step / 10000 % 2 == 0;
        if (pair->is_there && (!fills || seeded_below(random, 4) == 0)) {
            index_table_remove(&table, pair->hash, value);
            pair->is_there = false;
            count--;
        } else if (!pair->is_there && (fills || seeded_below(random, 4) == 0)) {
            add(&table, pair, value, random);
            count += pair->is_there;
        }
        MUST_HOLD(table.count == count && (pair->is_there == finds(&table, pair->hash, value)));
    }
    for (uint32_t value = 0; value < 2 * PAIRS_MAX; value++)
        MUST_HOLD(pairs[value].is_there == finds(&table, pairs[value].hash, value));
    index_table_fini(&table);
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 5, round_of);
}
