/* SPDX-License-Identifier: Apache-2.0
 *
 * siphash - SipHash-2-4 (Aumasson & Bernstein 2012), keyed, 64 and 128 bits.
 * For tables that strangers fill and for fingerprints that must not be guessed.
 */
#ifndef SIPHASH_H
#define SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct siphash_key { uint64_t k0, k1; };
struct siphash_128 { uint64_t lo, hi; };

uint64_t siphash_64(struct siphash_key key, const void *bytes, size_t size);
struct siphash_128 siphash_128(struct siphash_key key, const void *bytes, size_t size);

#endif
