/* SPDX-License-Identifier: Apache-2.0 */
#include "desk_file.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "store.h"

enum frame_kind { FRAME_HEAD = 1, FRAME_FIELD = 2, FRAME_ENTRY = 3, FRAME_END = 4 };
enum { MAGIC_SIZE = 8 };

static const char magic[MAGIC_SIZE + 1] = "LWDESK\r\n";

/* What is known while a file is read. */
struct reading {
    struct desk_file_reader *reader;
    const struct desk_file_visitor *visitor;
    struct desk_file_head *head;
    struct desk_file_end *end;
    struct siphash_key sum;
    struct desk_id at;
    uint64_t desk_ms, fields, entries;
    bool is_over;
};

static void put_frame(struct desk_file_writer *writer, enum frame_kind kind);
static struct siphash_key sum_of(struct siphash_key before, const void *bytes, size_t size);
static void put_id(struct byte_buffer *out, struct desk_id id);
static struct desk_id read_id(struct byte_reader *in);
static lw_status fail(struct desk_file_reader *reader, lw_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
static lw_status damaged(struct desk_file_reader *reader);
static lw_status read_magic(struct desk_file_reader *reader);
static lw_status next_frame(struct reading *r);
static lw_status read_frame(struct desk_file_reader *reader, uint8_t *kind);
static lw_status read_size(struct desk_file_reader *reader, size_t *size);
static lw_status take_head(struct reading *r, struct byte_reader *in);
static lw_status take_field(struct reading *r, struct byte_reader *in);
static lw_status take_entry(struct reading *r, struct byte_reader *in);
static lw_status take_end(struct reading *r, struct byte_reader *in);

/* ---- writing ---- */

void desk_file_writer_init(struct desk_file_writer *writer, FILE *out)
{
    *writer = (struct desk_file_writer){.out = out};
    byte_buffer_init(&writer->body, DESK_FRAME_MAX);
    byte_buffer_init(&writer->frame, DESK_FRAME_MAX + 16);
}

void desk_file_writer_fini(struct desk_file_writer *writer)
{
    byte_buffer_fini(&writer->body);
    byte_buffer_fini(&writer->frame);
}

void desk_file_put_head(struct desk_file_writer *writer, const struct desk_file_head *head)
{
    rewind(writer->out);
    writer->failed = ftruncate(fileno(writer->out), 0) != 0 || fwrite(magic, 1, MAGIC_SIZE, writer->out) != MAGIC_SIZE;
    writer->sum = (struct siphash_key){0};
    writer->end = (struct desk_file_end){.position = head->checkpoint, .desk_ms = head->desk_ms};
    byte_buffer_put_varint(&writer->body, head->format);
    byte_buffer_put_u8(&writer->body, head->schema);
    byte_buffer_put_text(&writer->body, head->desk);
    byte_buffer_put_text(&writer->body, head->program);
    byte_buffer_put_varint(&writer->body, (uint64_t)head->made_unix_ms);
    byte_buffer_put_u8(&writer->body, head->has_checkpoint);
    put_id(&writer->body, head->checkpoint);
    byte_buffer_put_varint(&writer->body, head->desk_ms);
    put_frame(writer, FRAME_HEAD);
}

void desk_file_put_field(struct desk_file_writer *writer, const struct desk_field *field)
{
    byte_buffer_put_u8(&writer->body, (uint8_t)field->family);
    byte_buffer_put_varint(&writer->body, field->bucket);
    byte_buffer_put_blob(&writer->body, field->name, field->name_size);
    byte_buffer_put_blob(&writer->body, field->value, field->value_size);
    put_frame(writer, FRAME_FIELD);
    writer->end.fields++;
}

void desk_file_put_entry(struct desk_file_writer *writer, struct desk_id id, uint64_t desk_ms, const void *bytes, size_t size)
{
    put_id(&writer->body, id);
    byte_buffer_put(&writer->body, bytes, size);
    put_frame(writer, FRAME_ENTRY);
    writer->end.entries++;
    writer->end.position = id;
    writer->end.desk_ms = desk_ms > writer->end.desk_ms ? desk_ms : writer->end.desk_ms;
}

lw_status desk_file_put_end(struct desk_file_writer *writer)
{
    put_id(&writer->body, writer->end.position);
    byte_buffer_put_varint(&writer->body, writer->end.desk_ms);
    byte_buffer_put_varint(&writer->body, writer->end.fields);
    byte_buffer_put_varint(&writer->body, writer->end.entries);
    byte_buffer_put_fixed64(&writer->body, writer->sum.k0);
    byte_buffer_put_fixed64(&writer->body, writer->sum.k1);
    put_frame(writer, FRAME_END);
    if (writer->body.failed || writer->frame.failed)
        return LW_NO_MEMORY;
    return writer->failed || fflush(writer->out) != 0 ? LW_IO : LW_OK;
}

/* Writes the body as a frame, and empties it. After a failure nothing is written any more. */
static void put_frame(struct desk_file_writer *writer, enum frame_kind kind)
{
    struct byte_buffer *frame = &writer->frame;

    if (writer->body.failed || writer->frame.failed || writer->failed)
        return;
    byte_buffer_clear(frame);
    batch_put(frame, (enum record_kind)kind, writer->body.data, writer->body.size);
    byte_buffer_clear(&writer->body);
    if (frame->failed)
        return;
    writer->sum = sum_of(writer->sum, frame->data, frame->size);
    writer->failed = fwrite(frame->data, 1, frame->size, writer->out) != frame->size;
}

static struct siphash_key sum_of(struct siphash_key before, const void *bytes, size_t size)
{
    struct siphash_128 sum = siphash_128(before, bytes, size);

    return (struct siphash_key){sum.lo, sum.hi};
}

static void put_id(struct byte_buffer *out, struct desk_id id)
{
    byte_buffer_put_fixed64(out, id.epoch);
    byte_buffer_put_fixed64(out, id.number);
}

/* ---- reading ---- */

void desk_file_reader_init(struct desk_file_reader *reader, FILE *in, uint64_t size)
{
    *reader = (struct desk_file_reader){.in = in, .size = size};
    byte_buffer_init(&reader->bytes, DESK_FRAME_MAX + 16);
}

void desk_file_reader_fini(struct desk_file_reader *reader)
{
    byte_buffer_fini(&reader->bytes);
}

lw_status desk_file_read(struct desk_file_reader *reader, const struct desk_file_visitor *visitor, struct desk_file_head *head,
                         struct desk_file_end *end)
{
    struct reading r = {.reader = reader, .visitor = visitor, .head = head, .end = end};

    *head = (struct desk_file_head){0};
    *end = (struct desk_file_end){0};
    reader->error[0] = '\0';
    lw_status status = read_magic(reader);
    while (status == LW_OK && !r.is_over)
        status = next_frame(&r);
    if (status == LW_OK && reader->left > 0)
        return fail(reader, LW_CORRUPT, "something follows the end of the desk");
    return status;
}

static lw_status fail(struct desk_file_reader *reader, lw_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(reader->error, sizeof reader->error, format, args);
    va_end(args);
    return status;
}

static lw_status damaged(struct desk_file_reader *reader)
{
    return fail(reader, LW_CORRUPT, "it is damaged, at byte %llu", (unsigned long long)(reader->size - reader->left));
}

static lw_status read_bytes(struct desk_file_reader *reader, void *to, size_t size)
{
    if (size > reader->left)
        return fail(reader, LW_CORRUPT, "it is cut off: its end is missing");
    errno = 0;
    if (fread(to, 1, size, reader->in) != size)
        return fail(reader, LW_IO, "it cannot be read: %s", errno != 0 ? strerror(errno) : "it became shorter");
    reader->left -= size;
    return LW_OK;
}

static lw_status read_magic(struct desk_file_reader *reader)
{
    char bytes[MAGIC_SIZE];

    rewind(reader->in);
    reader->left = reader->size;
    if (reader->size < MAGIC_SIZE)
        return fail(reader, LW_INVALID, "it is no export of a desk");
    lw_status status = read_bytes(reader, bytes, sizeof bytes);
    if (status == LW_OK && memcmp(bytes, magic, MAGIC_SIZE) != 0)
        return fail(reader, LW_INVALID, "it is no export of a desk");
    return status;
}

static lw_status next_frame(struct reading *r)
{
    struct desk_file_reader *reader = r->reader;
    struct byte_reader in;
    uint8_t kind;
    lw_status status = read_frame(reader, &kind);

    if (status != LW_OK)
        return status;
    byte_reader_init(&in, reader->bytes.data, reader->bytes.size);
    byte_reader_u8(&in);
    byte_reader_varint(&in);
    bool is_first = r->head->format == 0;
    if (is_first != (kind == FRAME_HEAD))
        return damaged(reader);
    switch (kind) {
    case FRAME_HEAD: status = take_head(r, &in); break;
    case FRAME_FIELD: status = take_field(r, &in); break;
    case FRAME_ENTRY: status = take_entry(r, &in); break;
    case FRAME_END: status = take_end(r, &in); break;
    default: status = damaged(reader); break;
    }
    r->sum = sum_of(r->sum, reader->bytes.data, reader->bytes.size);
    return status;
}

/* The next frame with its kind and size, as it stands, to reader->bytes. */
static lw_status read_frame(struct desk_file_reader *reader, uint8_t *kind)
{
    size_t size;

    byte_buffer_clear(&reader->bytes);
    lw_status status = read_bytes(reader, kind, 1);
    byte_buffer_put_u8(&reader->bytes, *kind);
    if (status == LW_OK)
        status = read_size(reader, &size);
    if (status != LW_OK)
        return status;
    if (size > reader->left)
        return fail(reader, LW_CORRUPT, "it is cut off: its end is missing");
    uint8_t *room = byte_buffer_extend(&reader->bytes, size);
    if (!room)
        return size > DESK_FRAME_MAX ? damaged(reader) : fail(reader, LW_NO_MEMORY, "out of memory");
    return size > 0 ? read_bytes(reader, room, size) : LW_OK;
}

static lw_status read_size(struct desk_file_reader *reader, size_t *size)
{
    uint64_t value = 0;
    uint8_t byte = 0x80;

    for (unsigned shift = 0; byte & 0x80; shift += 7) {
        lw_status status = shift > 28 ? damaged(reader) : read_bytes(reader, &byte, 1);
        if (status != LW_OK)
            return status;
        byte_buffer_put_u8(&reader->bytes, byte);
        value |= (uint64_t)(byte & 0x7f) << shift;
    }
    *size = (size_t)value;
    return LW_OK;
}

static lw_status take_head(struct reading *r, struct byte_reader *in)
{
    struct desk_file_head head = {.format = (uint32_t)byte_reader_varint_max(in, UINT32_MAX)};

    if (!in->failed && head.format > DESK_FILE_FORMAT)
        return fail(r->reader, LW_UNSUPPORTED, "a newer Leadwire wrote it (format %u, we know up to %d): use that one's leadwire", head.format,
                    DESK_FILE_FORMAT);
    head.schema = byte_reader_u8(in);
    byte_reader_text(in, head.desk, sizeof head.desk);
    byte_reader_text(in, head.program, sizeof head.program);
    head.made_unix_ms = (int64_t)byte_reader_varint_max(in, INT64_MAX);
    head.has_checkpoint = byte_reader_u8(in) != 0;
    head.checkpoint = read_id(in);
    head.desk_ms = byte_reader_varint(in);
    if (!byte_reader_done(in) || head.format == 0 || head.schema == 0 || !store_desk_is_valid(head.desk))
        return damaged(r->reader);
    if (head.schema > STORE_SCHEMA_VERSION)
        return fail(r->reader, LW_UNSUPPORTED, "the desk was written by a newer Leadwire (schema %u, we know up to %d)", head.schema,
                    STORE_SCHEMA_VERSION);
    *r->head = head;
    r->at = head.checkpoint;
    r->desk_ms = head.desk_ms;
    return LW_OK;
}

static struct desk_id read_id(struct byte_reader *in)
{
    struct desk_id id = {.epoch = byte_reader_fixed64(in)};

    id.number = byte_reader_fixed64(in);
    return id;
}

static lw_status take_field(struct reading *r, struct byte_reader *in)
{
    struct desk_field field = {.family = (enum desk_family)byte_reader_u8(in), .bucket = byte_reader_varint(in)};

    field.name = byte_reader_blob(in, &field.name_size);
    field.value = byte_reader_blob(in, &field.value_size);
    bool is_known = field.family >= DESK_CONFIG && field.family <= DESK_SEEN;
    bool is_placed = field.family == DESK_SEEN || field.bucket < (field.family == DESK_LEADS ? STORE_LEAD_HASHES : 1);
    if (!byte_reader_done(in) || !is_known || !is_placed || field.name_size == 0 || field.name_size > STORE_KEY_MAX || field.value_size == 0)
        return damaged(r->reader);
    r->fields++;
    return r->visitor->field ? r->visitor->field(r->visitor->context, &field) : LW_OK;
}

/* Each entry names the one before it. */
static lw_status take_entry(struct reading *r, struct byte_reader *in)
{
    struct journal_entry_head head;
    struct desk_id id = read_id(in);
    const uint8_t *bytes = in->data + in->at;
    size_t size = byte_reader_left(in);

    if (in->failed)
        return damaged(r->reader);
    byte_reader_init(in, bytes, size);
    if (journal_entry_head_read(in, &head) != LW_OK || !desk_id_equal(head.previous, r->at) || desk_id_compare(id, r->at) <= 0)
        return damaged(r->reader);
    r->at = id;
    r->desk_ms = head.desk_ms > r->desk_ms ? head.desk_ms : r->desk_ms;
    r->entries++;
    return r->visitor->entry ? r->visitor->entry(r->visitor->context, id, bytes, size) : LW_OK;
}

static lw_status take_end(struct reading *r, struct byte_reader *in)
{
    struct desk_file_end end = {.position = read_id(in)};

    end.desk_ms = byte_reader_varint(in);
    end.fields = byte_reader_varint(in);
    end.entries = byte_reader_varint(in);
    struct siphash_key sum = {.k0 = byte_reader_fixed64(in)};
    sum.k1 = byte_reader_fixed64(in);
    bool is_sum = end.desk_ms == r->desk_ms && end.fields == r->fields && end.entries == r->entries && desk_id_equal(end.position, r->at);
    if (!byte_reader_done(in) || !is_sum)
        return damaged(r->reader);
    if (sum.k0 != r->sum.k0 || sum.k1 != r->sum.k1)
        return fail(r->reader, LW_CORRUPT, "it is damaged: its checksum is another");
    *r->end = end;
    r->is_over = true;
    return LW_OK;
}
