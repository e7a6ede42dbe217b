/* SPDX-License-Identifier: Apache-2.0
 *
 * Every id comes back from its text; every text that is accepted is, but for
 * letter case, the one that format writes.
 */
#include "desk_id.h"
#include "seeded.h"

enum { ROUND_IDS = 500 };

static void lower(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
    }
}

static void text_and_id_are_one_to_one(struct seeded *random)
{
    static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyzABZ-- \xff";

    for (int i = 0; i < ROUND_IDS; i++) {
        struct desk_id id = {seeded_any_size(random), seeded_any_size(random)}, parsed;
        char text[DESK_ID_TEXT_MAX], again[DESK_ID_TEXT_MAX];

        int length = desk_id_format(id, text);
        MUST_HOLD((size_t)length == strlen(text));
        MUST_HOLD(desk_id_parse(text, &parsed) && desk_id_equal(parsed, id));

        text[seeded_below(random, (uint64_t)length)] = alphabet[seeded_below(random, sizeof alphabet)];
        if (desk_id_parse(text, &parsed)) {
            desk_id_format(parsed, again);
            lower(text);
            MUST_HOLD(strcmp(text, again) == 0);
        }
    }
}

int main(int argc, char **argv)
{
    return seeded_main(argc, argv, 200, text_and_id_are_one_to_one);
}
