/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook_pause.h"

uint64_t webhook_pause_ms(uint32_t first_ms, uint32_t most_ms, uint32_t attempts, uint32_t luck)
{
    uint64_t ms = first_ms;
    for (uint32_t i = 1; i < attempts && ms < most_ms; i++)
        ms *= 2;
    if (ms > most_ms)
        ms = most_ms;
    return ms + ms / 4 * (luck % 1000) / 1000;
}
