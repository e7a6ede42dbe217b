/* SPDX-License-Identifier: Apache-2.0
 *
 * store_class - what the Redis store and the memory store share behind store.h. Private to broker/store.
 */
#ifndef STORE_CLASS_H
#define STORE_CLASS_H

#include "store.h"

enum { STORE_REASON_MAX = 320, STORE_WARNING_MAX = 192, STORE_PENDING_MAX = 8 * 1024 * 1024 };

struct store_class {
    void (*close)(struct store *store);
    lw_status (*append)(struct store *store, const void *batch, size_t size, uint64_t desk_ms);
    void (*step)(struct store *store, uint64_t monotonic_ms);
    int (*fd)(const struct store *store);
    short (*events)(const struct store *store);
    uint64_t (*next_ms)(const struct store *store);
    bool (*is_outrun)(const struct store *store);
    void (*totals)(const struct store *store, struct store_totals *out);
    void (*release)(struct store *store, int timeout_ms);
};

struct store {
    const struct store_class *class;
    struct store_callbacks callbacks;
    enum store_state state;
    char reason[STORE_REASON_MAX];
    bool loaded;                              /* the loaded callback has been or is being called */
    uint64_t last_ticket, confirmed_ticket;
    uint64_t pending_bytes, pending;          /* appended, not confirmed */
    struct store_totals totals;
    uint64_t troubles[STORE_TROUBLE_COUNT];
    char warning_texts[STORE_WARNINGS_MAX][STORE_WARNING_MAX];
    const char *warnings[STORE_WARNINGS_MAX];
    size_t warning_count;
    const char *in_force;                     /* durability, by what Redis said last */
};

void store_init(struct store *store, const struct store_class *class, const struct store_callbacks *callbacks);
/* The only way a state changes: asserts that the move is legal; tells the broker when state or reason is new. */
void store_move(struct store *store, enum store_state to, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* An epoch above `last`: a counter and 24 random bits. The counter is the next one, and never below the clock's
 * hundredths of a second: a desk whose store lost everything, or keeps nothing, must still go above what clients have
 * seen, or they ignore it, and a broker is back within a second. */
uint64_t store_epoch_after(uint64_t last);

/* What a head that nobody has claimed names as the owner of before when `leadwire desk import` put it there. */
#define STORE_OWNER_IMPORT "leadwire desk import"

#endif
