/* SPDX-License-Identifier: Apache-2.0
 *
 * release_reader - what this Leadwire makes of frames and desks that another one wrote.
 *
 *   release_reader frames        lines "client HEX" or "broker HEX" on standard input; of each the message in protobuf's text
 *                                form, or "refused: REASON", and then a line "---"
 *   release_reader desk FILE     an export: a line of counts, then each record of the state that is restored from it, as JSON
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byte_buffer.h"
#include "desk_trial.h"
#include "journal_rows.h"
#include "json_out.h"
#include "message_text.h"
#include "wire.h"

enum { LINE_SIZE = 256 * 1024, TEXT_SIZE_MAX = 1 << 20 };

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t size = 0;
    unsigned byte;

    while (sscanf(hex + 2 * size, "%2x", &byte) == 1)
        out[size++] = (uint8_t)byte;
    return size;
}

static void tell_frame(enum wire_sender sender, const uint8_t *frame, size_t size)
{
    struct wire_message message;
    struct byte_buffer text;
    struct arena arena;
    const char *reason;

    arena_init(&arena, WIRE_ARENA_CAP);
    byte_buffer_init(&text, TEXT_SIZE_MAX);
    if (wire_decode(frame, size, sender, &arena, &message, &reason, NULL) == LW_OK) {
        message_text_write(message.base, 0, &text);
        fwrite(text.data, 1, text.size, stdout);
    } else {
        printf("refused: %s\n", reason);
    }
    printf("---\n");
    byte_buffer_fini(&text);
    arena_fini(&arena);
}

static int tell_frames(void)
{
    static char line[LINE_SIZE];
    static uint8_t frame[LINE_SIZE / 2];

    while (fgets(line, sizeof line, stdin)) {
        char *hex = strchr(line, ' ');
        if (!hex)
            return 2;
        uint8_t *exact = NULL;
        size_t size = from_hex(hex + 1, frame);
        exact = malloc(size);      /* so that a sanitizer sees who reads past it */
        if (!exact)
            return 2;
        memcpy(exact, frame, size);
        tell_frame(strncmp(line, "client", 6) == 0 ? WIRE_FROM_CLIENT : WIRE_FROM_BROKER, exact, size);
        free(exact);
    }
    return 0;
}

static void tell_counts(struct core *core, const struct desk_file_head *head, const struct desk_file_end *end)
{
    struct core_totals totals;
    struct json_out json;
    uint32_t version, source_size;
    uint64_t applied_ms;
    const void *source;
    struct core_text by;
    char hash[24];

    core_totals_read(core, &totals);
    core_config_read(core, &version, &source, &source_size, &applied_ms, &by);
    snprintf(hash, sizeof hash, "%016" PRIx64, siphash_64((struct siphash_key){0}, source, source_size));
    json_begin_line(&json, stdout);
    json_put_text(&json, "kind", "desk_file");
    json_put_text(&json, "desk", head->desk);
    json_put_unsigned(&json, "schema", head->schema);
    json_put_unsigned(&json, "fields", end->fields);
    json_put_unsigned(&json, "entries", end->entries);
    json_put_unsigned(&json, "rules_version", version);
    json_put_text(&json, "rules_hash", hash);
    json_put_unsigned(&json, "rules_applied_ms", applied_ms);
    json_put_unsigned(&json, "waiting", totals.by_state[LEAD_WAITING]);
    json_put_unsigned(&json, "payload_bytes", totals.payload_bytes);
    json_end_line(&json);
}

static int tell_desk(const char *path)
{
    struct journal_place place = {.in_checkpoint = true};
    struct desk_file_reader reader;
    struct desk_file_head head;
    struct desk_file_end end;
    struct journal_rows rows;
    struct core_record record;
    struct core *core;
    FILE *file = fopen(path, "rb");

    if (!file || fseek(file, 0, SEEK_END) != 0)
        return 2;
    desk_file_reader_init(&reader, file, (uint64_t)ftell(file));
    bool is_good = desk_trial(&reader, &head, &end, &core) == LW_OK;
    if (is_good) {
        tell_counts(core, &head, &end);
        journal_rows_init(&rows, stdout);
        while (!core_checkpoint_all(core, UINT32_MAX))
            ;
        core_checkpoint_begin(core);
        while (is_good && core_checkpoint_next(core, &record)) {
            if (!record.ended)   /* the others are gone, as their time was over when the file was read */
                is_good = journal_rows_put(&rows, &place, record.kind, record.bytes, record.size);
        }
        journal_rows_fini(&rows);
        core_free(core);
    } else {
        fprintf(stderr, "%s: %s\n", path, reader.error);
    }
    desk_file_reader_fini(&reader);
    fclose(file);
    return is_good ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "frames") == 0)
        return tell_frames();
    if (argc == 3 && strcmp(argv[1], "desk") == 0)
        return tell_desk(argv[2]);
    fprintf(stderr, "release_reader frames | desk FILE\n");
    return 2;
}
