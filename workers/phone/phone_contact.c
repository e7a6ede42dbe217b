/* SPDX-License-Identifier: Apache-2.0 */
#include "phone_contact.h"

#include <string.h>

#include "phone_config.h"
#include "sip_reading.h"
#include "voice_contact.h"
#include "voice_lead.h"

/* Of one name; NULL: that door has none. */
struct doors { const struct phone_source *voice; const struct sip_source *sip; };

static const struct sip_source *sip_named(const struct sip_config *config, const char *name)
{
    for (size_t i = 0; config && i < config->source_count; i++)
        if (strcmp(config->sources[i].name, name) == 0)
            return &config->sources[i];
    return NULL;
}

/* Parameters of a form have no blanks. */
static bool is_invite(const struct contact_input *input)
{
    static const char word[] = "INVITE ";
    return input->size >= sizeof word - 1 && memcmp(input->bytes, word, sizeof word - 1) == 0;
}

static void read_call(const void *source, const struct contact_input *input, struct contact_reading *out)
{
    const struct doors *doors = source;
    if (doors->sip && (!doors->voice || is_invite(input)))
        sip_reading_read(doors->sip, input, out);
    else
        voice_contact_read(doors->voice, input, out);
}

bool phone_contact_reader(const void *own, const char *name, struct contact_reader *out)
{
    static struct doors doors;
    doors = (struct doors){.voice = phone_config_find(own, name), .sip = sip_named(phone_config_sip(own), name)};
    *out = (struct contact_reader){.channel = LW_CHANNEL_PHONE, .source = &doors, .read = read_call, .waits = voice_lead_waits};
    return doors.voice || doors.sip;
}
