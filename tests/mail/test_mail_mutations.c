/* SPDX-License-Identifier: Apache-2.0
 * Mutated samples, without libFuzzer: no crash, no leak, a lead or a named reason.
 *
 *   test_mail_mutations [--rounds N] [--seed S]     a round is a function of its seed */
#include "mail_file.h"
#include "seeded.h"
#include "wall_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MUTANT_SIZE_MAX = 64 * 1024, ROUND_MS_MAX = 5000, SEEDS_A_LINE = 500 };

static struct mail_lead mail;
static char **contents;
static size_t *sizes, sample_count;
static uint64_t outcomes[MAIL_REASON_COUNT];

/* What changes how a parser sees the rest. */
static const char *const tokens[] = {
    "\n\n", "\r\n", "Content-Type: multipart/mixed; boundary=b1\n", "Content-Type: text/html; charset=utf-16\n",
    "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: x-uuencode\n", "--b1\n", "--b1--\n",
    "=?utf-8?B?", "=?iso-2022-jp?Q?", "?=", "From: <a@b.example>\n", "Reply-To: g: a@b.example, c@d.example;\n",
    "<table><tr><td>Phone", "</td></tr>", "<blockquote type=cite>", "<!--", "Phone: +1 415 555 2671\n", "Name:",
    "> ", "-- \n", "On Monday X wrote:\n", "\xff\xfe", "\xF0\x9F\x98\x80", "filename*0*=utf-8''%ff%00", "(((((((((",
    "begin 644 x\n", "References: <<<a@b> <c@d>\n", "charset=\"",
    "<?xml version=1?><adf><prospect>", "<customer><contact><email>a@b.example</email><phone type=home>1</phone>", "<![CDATA[", "]]>",
    "</contact>", "&#0;", "&lol;", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "Content-Type: text/xml; name=a.adf\n",
};

static size_t mutate(struct seeded *random, char *bytes, size_t size)
{
    size_t at = size ? seeded_below(random, size) : 0, count = 1 + seeded_below(random, 64);
    const char *token;
    switch (seeded_below(random, 6)) {
    case 0:   /* flip bits */
        if (size)
            bytes[at] = (char)(bytes[at] ^ (1 << seeded_below(random, 8)));
        return size;
    case 1:   /* cut out */
        count = count > size - at ? size - at : count;
        memmove(bytes + at, bytes + at + count, size - at - count);
        return size - count;
    case 2:   /* end early */
        return at;
    case 3:   /* double a piece */
        count = seeded_below(random, 1024) + 1;
        count = count > size - at ? size - at : count;
        if (size + count > MUTANT_SIZE_MAX)
            return size;
        memmove(bytes + at + count, bytes + at, size - at);
        return size + count;
    case 4:   /* splice another sample's middle */
        {
            size_t other = seeded_below(random, sample_count), from = seeded_below(random, sizes[other] + 1);
            count = sizes[other] - from < size - at ? sizes[other] - from : size - at;
            memcpy(bytes + at, contents[other] + from, count);
            return size;
        }
    default:  /* insert a token */
        token = tokens[seeded_below(random, sizeof tokens / sizeof *tokens)];
        count = strlen(token);
        if (size + count > MUTANT_SIZE_MAX)
            return size;
        memmove(bytes + at + count, bytes + at, size - at);
        memcpy(bytes + at, token, count);
        return size + count;
    }
}

static void round_of(uint64_t seed, char *bytes)
{
    struct seeded random = {.state = seed};
    size_t which = seeded_below(&random, sample_count), changes = 1 + seeded_below(&random, 8);
    size_t size = sizes[which];
    memcpy(bytes, contents[which], size);
    for (size_t i = 0; i < changes; i++)
        size = mutate(&random, bytes, size);
    /* A copy of exactly this size: reading beyond it is seen. */
    char *exact = malloc(size ? size : 1);
    MUST_HOLD(exact);
    memcpy(exact, bytes, size);
    uint64_t start_ms = wall_clock_monotonic_ms();
    enum mail_reason reason = mail_take(&sample_source, exact, size, &mail);
    MUST_HOLD(wall_clock_monotonic_ms() - start_ms < ROUND_MS_MAX);
    MUST_HOLD(reason != MAIL_LEAD || (mail.lead && mail.lead->email_count + mail.lead->phone_count > 0));
    outcomes[reason]++;
    free(exact);
}

int main(int argc, char **argv)
{
    uint64_t rounds = 20000, first = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--rounds") == 0)
            rounds = strtoull(argv[i + 1], NULL, 0);
        else if (strcmp(argv[i], "--seed") == 0)
            first = strtoull(argv[i + 1], NULL, 0);
    }
    char **names = mail_folder_list(LEADWIRE_SOURCE_DIR "/tests/mail/samples", &sample_count);
    char *bytes = malloc(MUTANT_SIZE_MAX + 1);
    contents = calloc(sample_count, sizeof *contents);
    sizes = calloc(sample_count, sizeof *sizes);
    MUST_HOLD(bytes && contents && sizes && sample_count > 0);
    for (size_t i = 0; i < sample_count; i++) {
        char path[1024];
        snprintf(path, sizeof path, LEADWIRE_SOURCE_DIR "/tests/mail/samples/%s", names[i]);
        contents[i] = mail_file_read(path, &sizes[i]);
        MUST_HOLD(contents[i] && sizes[i] <= MUTANT_SIZE_MAX);
    }
    mail_library_init();
    for (uint64_t seed = first; seed < first + rounds; seed++) {
        if ((seed - first) % SEEDS_A_LINE == 0) {   /* what breaks is in the last line shown */
            printf("seeds %llu to %llu\n", (unsigned long long)seed, (unsigned long long)(seed + SEEDS_A_LINE - 1));
            fflush(stdout);
        }
        round_of(seed, bytes);
    }
    for (size_t i = 0; i < MAIL_REASON_COUNT; i++)
        printf("%-18s %llu\n", mail_reason_name((enum mail_reason)i), (unsigned long long)outcomes[i]);
    mail_lead_fini(&mail);
    mail_library_fini();
    for (size_t i = 0; i < sample_count; i++)
        free(contents[i]);
    mail_folder_free(names, sample_count);
    free(contents);
    free(sizes);
    free(bytes);
    return 0;
}
