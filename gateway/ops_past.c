/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_past.h"

#include <stdlib.h>

lw_status ops_past_init(struct ops_past *past)
{
    *past = (struct ops_past){.rows = calloc(OPS_PAST_MAX, sizeof *past->rows)};
    return past->rows ? LW_OK : LW_NO_MEMORY;
}

void ops_past_fini(struct ops_past *past)
{
    free(past->rows);
    *past = (struct ops_past){0};
}

void ops_past_add(struct ops_past *past, const struct ops_past_row *row)
{
    past->rows[past->told++ % OPS_PAST_MAX] = *row;
}

const struct ops_past_row *ops_past_at(const struct ops_past *past, uint32_t back)
{
    return back < OPS_PAST_MAX && back < past->told ? &past->rows[(past->told - 1 - back) % OPS_PAST_MAX] : NULL;
}
