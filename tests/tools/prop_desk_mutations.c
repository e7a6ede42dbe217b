/* SPDX-License-Identifier: Apache-2.0
 *
 * Mutated desk files never crash the reader; every problem names the file and a line of it;
 * a file with a configuration has no problem. Run with --seed N to repeat a failure.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "desk_yaml.h"

enum { TEXT_MAX = 64 * 1024, ROUNDS = 3000 };

static uint64_t random_state;

static uint64_t next_random(void)   /* xorshift64*: repeatable anywhere */
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545F4914F6CDD1DULL;
}

static size_t below(size_t limit)
{
    return (size_t)(next_random() % limit);
}

static const char *const words[] = {
    ":", "- ", "{", "}", "[", "]", "\"", "'", "&a ", "*a", "!!x ", "? ", "|", "\n", "\n\n", "  ", "#", "---\n", "...\n", "\t", "~",
    "null", "999999999999999999999", "-1", "0", "30s", "reps:", "rules:", "skills:", "when:", "\xff", "\xc3\xa9", "\\0", "%YAML 9.9\n", "<<: ",
};

/* One change: a byte, a word in, a piece out, a piece doubled, or a line moved. */
static void mutate(char *text, size_t *size)
{
    const size_t at = below(*size + 1);
    const char *word = words[below(sizeof words / sizeof words[0])];
    const size_t word_size = strlen(word);
    switch (below(4)) {
    case 0:
        if (at < *size)
            text[at] = (char)next_random();
        break;
    case 1:
        if (*size + word_size < TEXT_MAX) {
            memmove(text + at + word_size, text + at, *size - at);
            memcpy(text + at, word, word_size);
            *size += word_size;
        }
        break;
    case 2: {
        const size_t cut = below(40) < *size - at ? below(40) : 0;
        if (cut <= *size - at) {
            memmove(text + at, text + at + cut, *size - at - cut);
            *size -= cut;
        }
        break;
    }
    default: {
        const size_t piece = below(200);
        if (piece <= *size - at && *size + piece < TEXT_MAX) {
            memmove(text + at + piece, text + at, *size - at);
            *size += piece;
        }
        break;
    }
    }
}

/* At most: bytes that end a line only within a longer character count as well, so that a mutated one is never cut off. */
static unsigned lines_at_most(const char *text, size_t size)
{
    unsigned lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n' || text[i] == '\r' || (unsigned char)text[i] == 0x85 || (unsigned char)text[i] == 0xA8 ||
                 (unsigned char)text[i] == 0xA9;   /* YAML breaks lines at NEL, LS and PS too */
    return lines;
}

static const char *problem_fault(const char *problem, unsigned lines)
{
    unsigned line = 0;
    if (strncmp(problem, "m.yaml:", 7) != 0)
        return "does not begin with the file";
    if (problem[7] == ' ')
        return NULL;
    if (sscanf(problem + 7, "%u: ", &line) != 1 || line == 0)
        return "has no line";
    return line > lines + 1 ? "names a line behind the end" : NULL;
}

/* Counts in *usable the files that still are a desk. */
static const char *judge(const char *text, size_t size, size_t *usable)
{
    struct desk_yaml *desk = desk_yaml_from_text("m.yaml", text, size);
    const unsigned lines = lines_at_most(text, size);
    const char *fault = desk == NULL ? "no memory" : NULL;
    for (size_t i = 0; fault == NULL && i < desk_yaml_problem_count(desk); i++)
        fault = problem_fault(desk_yaml_problem_at(desk, i), lines);
    for (size_t i = 0; fault == NULL && i < desk_yaml_warning_count(desk); i++)
        fault = problem_fault(desk_yaml_warning_at(desk, i), lines);
    if (fault == NULL && (desk_yaml_config(desk) == NULL) != (desk_yaml_problem_count(desk) > 0))
        fault = "has both or neither of problems and a configuration";
    *usable += fault == NULL && desk_yaml_config(desk) != NULL;
    desk_yaml_close(&desk);
    return fault;
}

/* Exactly, of a file of ours: it breaks its lines in one way. */
static unsigned lines_of(const char *text, size_t size)
{
    unsigned lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    return lines;
}

/* An unknown key before a section of the good file: the one problem is on that line. */
static const char *judge_planted(const char *original, size_t original_size)
{
    static const char planted[] = "zzzzzz: 1\n";
    static char text[TEXT_MAX];
    size_t at = below(original_size);
    while (at > 0 && !(original[at - 1] == '\n' && original[at] >= 'a' && original[at] <= 'z'))
        at--;
    if (at == 0)
        return NULL;   /* within the comment at the top */
    memcpy(text, original, at);
    memcpy(text + at, planted, sizeof planted - 1);
    memcpy(text + at + sizeof planted - 1, original + at, original_size - at);
    char expected[64];
    snprintf(expected, sizeof expected, "m.yaml:%u: desk file: 'zzzzzz' is not known here", lines_of(text, at));
    struct desk_yaml *desk = desk_yaml_from_text("m.yaml", text, original_size + sizeof planted - 1);
    const bool right = desk_yaml_problem_count(desk) == 1 && strcmp(desk_yaml_problem_at(desk, 0), expected) == 0;
    desk_yaml_close(&desk);
    return right ? NULL : "a planted key is not reported on its line, alone";
}

int main(int argc, char **argv)
{
    uint64_t seed = (uint64_t)time(NULL);
    if (argc == 3 && strcmp(argv[1], "--seed") == 0)
        seed = strtoull(argv[2], NULL, 10);
    static char original[TEXT_MAX], text[TEXT_MAX];
    FILE *file = fopen(LEADWIRE_SOURCE_DIR "/deploy/small-business/desk.yaml", "rb");
    const size_t original_size = file != NULL ? fread(original, 1, TEXT_MAX / 2, file) : 0;
    if (file != NULL)
        fclose(file);
    if (original_size == 0) {
        fprintf(stderr, "deploy/small-business/desk.yaml cannot be read\n");
        return 1;
    }
    random_state = seed * 2 + 1;
    size_t usable = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t size = original_size;
        memcpy(text, original, size);
        for (size_t n = 1 + below(6); n > 0; n--)
            mutate(text, &size);
        const char *fault = judge(text, size, &usable);
        if (fault == NULL && round % 10 == 0)
            fault = judge_planted(original, original_size);
        if (fault != NULL) {
            fprintf(stderr, "seed %" PRIu64 ", round %d: %s\n", seed, round, fault);
            return 1;
        }
    }
    printf("%d mutated files, %zu still usable, seed %" PRIu64 "\n", ROUNDS, usable, seed);
    return 0;
}
