/* SPDX-License-Identifier: Apache-2.0 */
#include "call_markup.h"

#include <stdio.h>
#include <string.h>

#include "byte_buffer.h"
#include "text_clean.h"

enum { MARKUP_SIZE_MAX = 16 * 1024 };

static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>";
static const char tail[] = "</Response>\n";

static void put_escaped(struct byte_buffer *out, struct arena *arena, const char *text);
static void put_attribute(struct byte_buffer *out, struct arena *arena, const char *name, const char *value);
static void put_say(struct byte_buffer *out, struct arena *arena, const struct phone_texts *texts, const char *words);
static const char *with_position(struct arena *arena, const char *hold, uint32_t position);
static const char *finish(struct byte_buffer *out, struct arena *arena);

static void start(struct byte_buffer *out)
{
    byte_buffer_init(out, MARKUP_SIZE_MAX);
    byte_buffer_put(out, head, sizeof head - 1);
}

const char *call_markup_hold(struct arena *arena, const struct phone_source *source, const struct phone_texts *texts,
                             const char *text, uint32_t position, const char *next_url)
{
    struct byte_buffer out;
    start(&out);
    if (text)
        put_say(&out, arena, texts, with_position(arena, text, position));
    if (source->hold_music) {
        byte_buffer_printf(&out, "<Play>");
        put_escaped(&out, arena, source->hold_music);
        byte_buffer_printf(&out, "</Play>");
    } else {
        byte_buffer_printf(&out, "<Pause length=\"%u\"/>", source->poll_s);
    }
    byte_buffer_printf(&out, "<Redirect method=\"POST\">");
    put_escaped(&out, arena, next_url);
    byte_buffer_printf(&out, "</Redirect>");
    return finish(&out, arena);
}

const char *call_markup_dial(struct arena *arena, const struct phone_source *source, const char *device,
                             uint32_t timeout_s, const char *leg_url, const char *result_url)
{
    const char *element = strncmp(device, "sip:", 4) == 0 || strncmp(device, "sips:", 5) == 0 ? "Sip" : "Number";
    struct byte_buffer out;
    start(&out);
    byte_buffer_printf(&out, "<Dial timeout=\"%u\" method=\"POST\"", timeout_s);
    put_attribute(&out, arena, "action", result_url);
    if (source->caller_id)
        put_attribute(&out, arena, "callerId", source->caller_id);
    byte_buffer_printf(&out, "><%s statusCallbackMethod=\"POST\" statusCallbackEvent=\"initiated ringing answered completed\"", element);
    put_attribute(&out, arena, "statusCallback", leg_url);
    byte_buffer_printf(&out, ">");
    put_escaped(&out, arena, device);
    byte_buffer_printf(&out, "</%s></Dial>", element);
    return finish(&out, arena);
}

const char *call_markup_record(struct arena *arena, const struct phone_source *source, const struct phone_texts *texts, const char *text,
                               const char *taken_url, const char *recording_url)
{
    const struct voicemail_config *voicemail = source->voicemail;
    struct byte_buffer out;
    start(&out);
    if (text)
        put_say(&out, arena, texts, text);
    put_say(&out, arena, texts, texts->voicemail);
    byte_buffer_printf(&out, "<Record method=\"POST\" maxLength=\"%u\" timeout=\"%u\" playBeep=\"true\"", voicemail->length_max_s, voicemail->silence_s);
    put_attribute(&out, arena, "finishOnKey", voicemail->finish_key);
    put_attribute(&out, arena, "action", taken_url);
    byte_buffer_printf(&out, " recordingStatusCallbackMethod=\"POST\" recordingStatusCallbackEvent=\"completed\"");
    put_attribute(&out, arena, "recordingStatusCallback", recording_url);
    byte_buffer_printf(&out, "/><Hangup/>");
    return finish(&out, arena);
}

const char *call_markup_end(struct arena *arena, const struct phone_texts *texts, const char *text)
{
    struct byte_buffer out;
    start(&out);
    if (text)
        put_say(&out, arena, texts, text);
    byte_buffer_printf(&out, "<Hangup/>");
    return finish(&out, arena);
}

static void put_escaped(struct byte_buffer *out, struct arena *arena, const char *text)
{
    const char *escaped = text_escape_markup(arena, text);
    if (escaped)
        byte_buffer_put(out, escaped, strlen(escaped));
    else
        out->failed = true;
}

static void put_attribute(struct byte_buffer *out, struct arena *arena, const char *name, const char *value)
{
    byte_buffer_printf(out, " %s=\"", name);
    put_escaped(out, arena, value);
    byte_buffer_printf(out, "\"");
}

static void put_say(struct byte_buffer *out, struct arena *arena, const struct phone_texts *texts, const char *words)
{
    byte_buffer_printf(out, "<Say");
    put_attribute(out, arena, "language", texts->locale ? texts->locale : texts->language);
    if (texts->voice)
        put_attribute(out, arena, "voice", texts->voice);
    byte_buffer_printf(out, ">");
    put_escaped(out, arena, words);
    byte_buffer_printf(out, "</Say>");
}

/* The sentence that holds "{position}" is left out while the position is not known. */
static const char *with_position(struct arena *arena, const char *hold, uint32_t position)
{
    static const char mark[] = "{position}";
    const char *at = strstr(hold, mark);
    if (!at)
        return hold;
    const char *after = at + sizeof mark - 1;
    if (position > 0)
        return arena_printf(arena, "%.*s%u%s", (int)(at - hold), hold, position, after);

    const char *from = at;
    while (from > hold && !strchr(".!?", from[-1]))
        from--;
    const char *to = after + strcspn(after, ".!?");
    to += *to != '\0';
    return arena_printf(arena, "%.*s%s", (int)(from - hold), hold, to);
}

static const char *finish(struct byte_buffer *out, struct arena *arena)
{
    byte_buffer_put(out, tail, sizeof tail - 1);
    const char *text = out->failed ? NULL : arena_copy(arena, out->data, out->size);
    byte_buffer_fini(out);
    return text;
}
