/* SPDX-License-Identifier: Apache-2.0 */
#include "siphash.h"

struct state { uint64_t v0, v1, v2, v3; };

static struct state begin(struct siphash_key key);
static void absorb_all(struct state *s, const uint8_t *bytes, size_t size);
static uint64_t finish(struct state *s);

uint64_t siphash_64(struct siphash_key key, const void *bytes, size_t size)
{
    struct state s = begin(key);

    absorb_all(&s, bytes, size);
    s.v2 ^= 0xff;
    return finish(&s);
}

struct siphash_128 siphash_128(struct siphash_key key, const void *bytes, size_t size)
{
    struct state s = begin(key);
    struct siphash_128 hash;

    s.v1 ^= 0xee;
    absorb_all(&s, bytes, size);
    s.v2 ^= 0xee;
    hash.lo = finish(&s);
    s.v1 ^= 0xdd;
    hash.hi = finish(&s);
    return hash;
}

/* The constants are the paper's: "somepseudorandomlygeneratedbytes". */
static struct state begin(struct siphash_key key)
{
    return (struct state){
        .v0 = key.k0 ^ UINT64_C(0x736f6d6570736575),
        .v1 = key.k1 ^ UINT64_C(0x646f72616e646f6d),
        .v2 = key.k0 ^ UINT64_C(0x6c7967656e657261),
        .v3 = key.k1 ^ UINT64_C(0x7465646279746573),
    };
}

static inline uint64_t rotate_left(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static inline void round_once(struct state *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate_left(s->v1, 13) ^ s->v0;
    s->v3 = rotate_left(s->v3, 16) ^ s->v2;
    s->v0 = rotate_left(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate_left(s->v1, 17) ^ s->v2;
    s->v3 = rotate_left(s->v3, 21) ^ s->v0;
    s->v2 = rotate_left(s->v2, 32);
}

static inline void absorb(struct state *s, uint64_t word)
{
    s->v3 ^= word;
    round_once(s);
    round_once(s);
    s->v0 ^= word;
}

/* Little-endian whatever the machine. Written out, it becomes one load. */
static inline uint64_t load_word(const uint8_t *bytes)
{
    return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 | (uint64_t)bytes[3] << 24
           | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 | (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

static void absorb_all(struct state *s, const uint8_t *bytes, size_t size)
{
    uint64_t last = (uint64_t)size << 56;     /* the size modulo 256, above up to 7 bytes */
    size_t at = 0;

    for (; size - at >= 8; at += 8)
        absorb(s, load_word(&bytes[at]));
    for (unsigned shift = 0; at < size; shift += 8)
        last |= (uint64_t)bytes[at++] << shift;
    absorb(s, last);
}

static uint64_t finish(struct state *s)
{
    for (int i = 0; i < 4; i++)
        round_once(s);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}
