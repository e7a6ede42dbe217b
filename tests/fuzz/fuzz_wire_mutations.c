/* SPDX-License-Identifier: Apache-2.0
 *
 * Structure-aware mutations of golden and random frames, with any compiler.
 *
 *   fuzz_wire_mutations [--count N] [--seed N]
 *
 * Every mutation is a function of its own seed (seed + its number), which is printed
 * when a promise does not hold: `--count 1 --seed THAT` does it again.
 * The last line counts {mutations, framed, accepted}; under 30 % framed is a failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame_mutator.h"
#include "frame_promises.h"
#include "golden_file.h"
#include "message_random.h"

enum { FRAMED_PERCENT_MIN = 30, RANDOM_ARENA_CAP = 64 * 1024 * 1024, ARENA_KEEP = 64 * 1024 };

static struct golden golden_frames[256];

struct mutations {
    struct frame_promises promises;
    struct arena arena;
    struct byte_buffer base, mutated;
};

static void read_golden_frames(void)
{
#define X(number, name, member, message, sender, size_max) golden_frames[number] = golden_read(WIRE_##name);
    WIRE_TYPE_TABLE(X)
#undef X
}

static void fini_golden_frames(void)
{
#define X(number, name, member, message, sender, size_max) golden_fini(&golden_frames[number]);
    WIRE_TYPE_TABLE(X)
#undef X
}

/* Half of the time a golden frame, else a random one. */
static void choose_base(struct mutations *m, struct seeded *random)
{
    struct wire_message message = {.type = message_random_type(random)};
    const struct golden *golden = &golden_frames[message.type];

    byte_buffer_clear(&m->base);
    if (seeded_chance(random, 50)) {
        arena_reset(&m->arena, ARENA_KEEP);
        message.base = message_random(random, wire_type_find(message.type)->rules, &m->arena);
        if (message.base && wire_encode(&message, &m->base) == LW_OK)
            return;
    }
    byte_buffer_put(&m->base, golden->frame, golden->frame_size);
}

static bool hold(struct mutations *m, const uint8_t *bytes, size_t size, uint64_t variation)
{
    uint8_t *exact = malloc(size ? size : 1);   /* asan sees a step outside */

    if (!exact)
        abort();
    memcpy(exact, bytes, size);
    bool held = frame_promises_hold(&m->promises, exact, size, variation);
    free(exact);
    return held;
}

static bool mutate_once(struct mutations *m, uint64_t seed)
{
    struct seeded random = {.state = seed};

    choose_base(m, &random);
    frame_mutate(&random, m->base.data, m->base.size, &m->mutated);
    if (hold(m, m->mutated.data, m->mutated.size, seeded_next(&random)))
        return true;
    fprintf(stderr, "seed %llu: does not hold: %s\n  frame ", (unsigned long long)seed, m->promises.broken);
    for (size_t i = 0; i < m->mutated.size; i++)
        fprintf(stderr, "%02x", m->mutated.data[i]);
    fputc('\n', stderr);
    return false;
}

static bool golden_frames_hold(struct mutations *m)
{
    for (size_t i = 0; i < sizeof golden_frames / sizeof golden_frames[0]; i++) {
        if (!golden_frames[i].frame || hold(m, golden_frames[i].frame, golden_frames[i].frame_size, i))
            continue;
        fprintf(stderr, "golden %s: does not hold: %s\n", wire_type_name(golden_frames[i].type), m->promises.broken);
        return false;
    }
    return true;
}

static bool run(struct mutations *m, uint64_t count, uint64_t seed)
{
    if (!golden_frames_hold(m))
        return false;
    m->promises.frames = m->promises.framed = m->promises.accepted = 0;
    for (uint64_t i = 0; i < count; i++)
        if (!mutate_once(m, seed + i))
            return false;

    uint64_t framed_percent = 100 * m->promises.framed / (count ? count : 1);
    printf("{\"mutations\": %llu, \"framed\": %llu, \"accepted\": %llu, \"framed_percent\": %llu}\n",
           (unsigned long long)m->promises.frames, (unsigned long long)m->promises.framed,
           (unsigned long long)m->promises.accepted, (unsigned long long)framed_percent);
    if (count >= 1000 && framed_percent < FRAMED_PERCENT_MIN) {
        fprintf(stderr, "less than %d %% passed framing: the mutations test too little\n", FRAMED_PERCENT_MIN);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct mutations mutations = {0};
    uint64_t count = 50000, seed = 1;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--count") == 0)
            count = strtoull(argv[i + 1], NULL, 0);
        else if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], NULL, 0);
    }
    read_golden_frames();
    frame_promises_init(&mutations.promises);
    arena_init(&mutations.arena, RANDOM_ARENA_CAP);
    byte_buffer_init(&mutations.base, 2 * WIRE_CONTROL_FRAME_SIZE_MAX);
    byte_buffer_init(&mutations.mutated, 16 * WIRE_CONTROL_FRAME_SIZE_MAX);
    bool held = run(&mutations, count, seed);
    byte_buffer_fini(&mutations.mutated);
    byte_buffer_fini(&mutations.base);
    arena_fini(&mutations.arena);
    frame_promises_fini(&mutations.promises);
    fini_golden_frames();
    return held ? 0 : 1;
}
