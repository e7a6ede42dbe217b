/* SPDX-License-Identifier: Apache-2.0 */
#include "pair_worth.h"

#include <assert.h>

/* The upper half of x * x, but for a last bit. */
static uint64_t square_high(uint64_t x)
{
    uint64_t high = x >> 32, low = x & UINT32_MAX;
    return high * high + (high * low >> 31);
}

/* Bit by bit: squaring a number doubles its logarithm. */
uint32_t pair_log2(uint32_t number)
{
    assert(number >= 1);
    uint32_t log = 31u - (uint32_t)__builtin_clz(number);
    uint64_t part = (uint64_t)number << (63 - log);   /* 1 to below 2, in 2^-63: exact to the last bit for all values and rates */
    for (int i = 0; i < PAIR_FRACTION_BITS; i++) {
        uint64_t square = square_high(part), is_two = square >> 63;
        log = log << 1 | (uint32_t)is_two;
        part = is_two ? square : square << 1;
    }
    return log;
}

/* A value is worth as much as having come so many half-lives later. */
int64_t pair_standing(uint64_t received_ms, uint32_t value_log, uint32_t half_life_ms)
{
    if (half_life_ms == 0)
        return value_log;
    assert(half_life_ms >> PAIR_FRACTION_BITS == 0);
    return (int64_t)received_ms + (int64_t)((uint64_t)half_life_ms * value_log >> PAIR_FRACTION_BITS);
}

/* Half-lives since then, rounded down: of two standings a millisecond apart never the same, as a half-life has fewer
 * milliseconds than the fraction has values. */
int64_t pair_log_worth(int64_t standing, uint32_t half_life_ms, uint64_t now_ms)
{
    if (half_life_ms == 0)
        return standing;
    int64_t ahead_ms = standing - (int64_t)now_ms, whole = ahead_ms / half_life_ms, rest = ahead_ms % half_life_ms;
    if (rest < 0) {
        whole--;
        rest += half_life_ms;
    }
    return whole * (INT64_C(1) << PAIR_FRACTION_BITS) + (rest << PAIR_FRACTION_BITS) / half_life_ms;
}

/* 2^-(1/2), 2^-(1/4)... in 2^-32. */
static const uint32_t roots[] = {0xb504f334, 0xd744fccb, 0xeac0c6e8, 0xf5257d15, 0xfa83b2db, 0xfd3e0c0d, 0xfe9e115c, 0xff4ecb59,
                                 0xffa75652, 0xffd3a752, 0xffe9d2b3, 0xfff4e91c, 0xfffa747f, 0xfffd3a3b, 0xfffe9d1d, 0xffff4e8e};

uint32_t pair_worth_thousandths(uint32_t value, uint32_t rate, uint64_t age_ms, uint32_t half_life_ms)
{
    uint64_t worth = (uint64_t)value * rate;
    if (half_life_ms == 0)
        return (uint32_t)worth;
    uint64_t halved = age_ms / half_life_ms, rest = age_ms % half_life_ms;
    uint64_t fine = halved < 32 ? (worth << 16) >> halved : 0;
    for (uint32_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        rest *= 2;
        if (rest < half_life_ms)
            continue;
        rest -= half_life_ms;
        fine = (fine >> 32) * roots[i] + ((fine & UINT32_MAX) * roots[i] >> 32);
    }
    return (uint32_t)(fine >> 16);
}
