/* SPDX-License-Identifier: Apache-2.0
 *
 * seeded - property tests that can be run again.
 *
 * A round is a function of its seed alone. The seed of the running round is
 * printed before it starts, so that an assert or a sanitizer stop names it too:
 *
 *   test_property_x               rounds with seeds 1, 2, ...
 *   test_property_x --seed 17     that round alone
 *   test_property_x --rounds 500  more of them
 */
#ifndef SEEDED_H
#define SEEDED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct seeded { uint64_t state; };

/* SplitMix64 (Steele, Lea, Flood 2014). */
static inline uint64_t seeded_next(struct seeded *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 .. bound - 1; bound > 0. */
static inline uint64_t seeded_below(struct seeded *random, uint64_t bound)
{
    return seeded_next(random) % bound;
}

/* Any magnitude with the same chance: 0, 1 bit, 2 bits ... 64 bits. */
static inline uint64_t seeded_any_size(struct seeded *random)
{
    uint64_t bits = seeded_below(random, 65), value = seeded_next(random);

    return bits == 0 ? 0 : value >> (64 - bits);
}

/* Asserts stay on in every build: this one names what did not hold. */
#define MUST_HOLD(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

static inline int seeded_main(int argc, char **argv, uint64_t round_count, void (*round)(struct seeded *random))
{
    uint64_t first = 1;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0) {
            first = strtoull(argv[i + 1], NULL, 0);
            round_count = 1;
        } else if (strcmp(argv[i], "--rounds") == 0) {
            round_count = strtoull(argv[i + 1], NULL, 0);
        }
    }
    for (uint64_t seed = first; seed - first < round_count; seed++) {
        struct seeded random = {.state = seed};

        printf("seed %llu\n", (unsigned long long)seed);
        fflush(stdout);
        round(&random);
    }
    return 0;
}

#endif
