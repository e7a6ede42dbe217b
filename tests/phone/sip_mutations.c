/* SPDX-License-Identifier: Apache-2.0
 * Mutated messages of sip_corpus, without libFuzzer.
 *
 *   test_sip_mutations [--rounds N] [--seed S]     a round is a function of its seed */
#include <dirent.h>
#include <stdbool.h>

#include "seeded.h"
#include "sip_bytes.h"
#include "sip_request.h"

enum { SAMPLES_MAX = 32, SIZE_MAX_BYTES = 16 * 1024, MUTANTS_A_ROUND = 200 };

static uint8_t samples[SAMPLES_MAX][SIZE_MAX_BYTES];
static size_t sizes[SAMPLES_MAX], sample_count;
static uint64_t verdicts[3];

static const char *const tokens[] = {
    "\r\n", "\r\n ", "\r\n\r\n", ",", ";", "<", ">", "\"", "\\", "%00", "%", ":", "@", " ", "\t", ";tag=", ";rport", ";branch=z9hG4bK",
    "Via: SIP/2.0/UDP a\r\n", "From: <sip:a@b>\r\n", "To: x\r\n", "CSeq: 1 INVITE\r\n", "Content-Length: 5\r\n", "sip:", "tel:", "[::1]", "\xff",
};

static size_t mutate(struct seeded *random, uint8_t *bytes, size_t size)
{
    size_t at = size ? seeded_below(random, size) : 0, count = 1 + seeded_below(random, 32);
    const char *token = tokens[seeded_below(random, sizeof tokens / sizeof *tokens)];
    count = count > size - at ? size - at : count;
    switch (seeded_below(random, 4)) {
    case 0:   /* flip a bit */
        if (size)
            bytes[at] ^= (uint8_t)(1 << seeded_below(random, 8));
        return size;
    case 1:   /* cut out */
        memmove(bytes + at, bytes + at + count, size - at - count);
        return size - count;
    case 2: { /* splice from another */
        size_t other = seeded_below(random, sample_count), from = seeded_below(random, sizes[other]);
        count = sizes[other] - from < count ? sizes[other] - from : count;
        memcpy(bytes + at, samples[other] + from, count);
        return size;
    }
    default:  /* insert a token */
        count = strlen(token);
        if (size + count > SIZE_MAX_BYTES)
            return size;
        memmove(bytes + at + count, bytes + at, size - at);
        memcpy(bytes + at, token, count);
        return size + count;
    }
}

static void round_of(struct seeded *random)
{
    static uint8_t bytes[SIZE_MAX_BYTES];
    for (int i = 0; i < MUTANTS_A_ROUND; i++) {
        size_t which = seeded_below(random, sample_count), size = sizes[which], changes = seeded_below(random, 6);
        memcpy(bytes, samples[which], size);
        for (size_t n = 0; n < changes; n++)
            size = mutate(random, bytes, size);
        uint8_t *exact = malloc(size + 1);   /* of exactly this size: reading beyond it is seen */
        MUST_HOLD(exact);
        memcpy(exact, bytes, size);
        verdicts[sip_bytes_hold(exact, size)]++;
        free(exact);
    }
}

static void read_samples(const char *path)
{
    DIR *directory = opendir(path);
    MUST_HOLD(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char name[512];
        if (entry->d_name[0] == '.')
            continue;
        MUST_HOLD(sample_count < SAMPLES_MAX);
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        FILE *file = fopen(name, "rb");
        MUST_HOLD(file);
        sizes[sample_count] = fread(samples[sample_count], 1, SIZE_MAX_BYTES / 2, file);
        MUST_HOLD(sizes[sample_count++] > 0);
        fclose(file);
    }
    closedir(directory);
}

/* In the order of their bytes, so that a seed means the same everywhere. */
static void sort_samples(void)
{
    static uint8_t spare[SIZE_MAX_BYTES];
    for (size_t i = 0; i < sample_count; i++) {
        for (size_t j = i + 1; j < sample_count; j++) {
            if (memcmp(samples[j], samples[i], SIZE_MAX_BYTES) >= 0)
                continue;
            memcpy(spare, samples[i], sizeof spare);
            memcpy(samples[i], samples[j], sizeof spare);
            memcpy(samples[j], spare, sizeof spare);
            size_t size = sizes[i];
            sizes[i] = sizes[j];
            sizes[j] = size;
        }
    }
}

int main(int argc, char **argv)
{
    sip_request_library_init();
    read_samples(LEADWIRE_SOURCE_DIR "/tests/phone/sip_corpus");
    sort_samples();
    int result = seeded_main(argc, argv, 100, round_of);
    printf("requests %llu, responses %llu, garbage %llu\n", (unsigned long long)verdicts[SIP_IS_REQUEST],
           (unsigned long long)verdicts[SIP_IS_RESPONSE], (unsigned long long)verdicts[SIP_IS_GARBAGE]);
    MUST_HOLD(argc > 1 || (verdicts[SIP_IS_REQUEST] > 1000 && verdicts[SIP_IS_GARBAGE] > 1000));
    return result;
}
