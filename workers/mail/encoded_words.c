/* SPDX-License-Identifier: Apache-2.0 */
#include "encoded_words.h"

#include "byte_buffer.h"

#include <string.h>

struct word {
    const char *charset, *payload, *end;   /* end: behind "?=" */
    size_t charset_size, payload_size;
};

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool read_b_word(const char *at, struct word *out);
static bool put_q_word(struct byte_buffer *out, const struct word *word);

/* Of what has no encoded word only the line ends go. */
static const char *copy_unfolded(struct arena *arena, const char *raw)
{
    char *text = arena_alloc(arena, strlen(raw) + 1);
    size_t used = 0;
    for (const char *at = raw; text && *at; at++) {
        if (*at != '\r' && *at != '\n')
            text[used++] = *at;
    }
    if (text)
        text[used] = '\0';
    return text;
}

const char *encoded_words_to_q(struct arena *arena, const char *raw)
{
    struct byte_buffer out;
    if (!strstr(raw, "=?"))
        return copy_unfolded(arena, raw);
    /* A base64 digit holds 6 bits: at most 3/4 of a byte, of 3 characters. */
    byte_buffer_init(&out, 3 * strlen(raw) + 64);
    for (const char *at = raw; *at;) {
        struct word word;
        size_t before = out.size;
        if (at[0] == '=' && at[1] == '?' && read_b_word(at, &word)) {
            if (put_q_word(&out, &word)) {
                at = word.end;
                continue;
            }
            byte_buffer_truncate(&out, before);
        }
        if (*at != '\r' && *at != '\n')
            byte_buffer_put_u8(&out, (uint8_t)*at);
        at++;
    }
    const char *text = out.failed ? NULL : arena_copy(arena, out.size ? (const char *)out.data : "", out.size);
    byte_buffer_fini(&out);
    return text;
}

static bool read_b_word(const char *at, struct word *out)
{
    out->charset = at + 2;
    out->charset_size = strcspn(out->charset, "? \t\r\n");
    const char *encoding = out->charset + out->charset_size;
    if (encoding[0] != '?' || (encoding[1] != 'B' && encoding[1] != 'b') || encoding[2] != '?')
        return false;
    out->payload = encoding + 3;
    out->payload_size = strcspn(out->payload, "? \t\r\n");
    out->end = out->payload + out->payload_size + 2;
    return out->charset_size > 0 && out->payload[out->payload_size] == '?' && out->payload[out->payload_size + 1] == '=';
}

static bool put_q_word(struct byte_buffer *out, const struct word *word)
{
    static const char hex[] = "0123456789ABCDEF";
    unsigned bits = 0, bit_count = 0;
    byte_buffer_put(out, "=?", 2);
    byte_buffer_put(out, word->charset, word->charset_size);
    byte_buffer_put(out, "?Q?", 3);
    for (size_t i = 0; i < word->payload_size && word->payload[i] != '='; i++) {
        const char *digit = strchr(base64_digits, word->payload[i]);
        if (!digit)
            return false;
        bits = (bits << 6 | (unsigned)(digit - base64_digits)) & 0xffff;
        bit_count += 6;
        if (bit_count < 8)
            continue;
        bit_count -= 8;
        unsigned byte = bits >> bit_count & 0xff;
        const char escaped[3] = {'=', hex[byte >> 4], hex[byte & 15]};
        byte_buffer_put(out, escaped, 3);
    }
    byte_buffer_put(out, "?=", 2);
    return true;
}
