/* SPDX-License-Identifier: Apache-2.0 */
#include "sip_contact.h"

#include <string.h>
#include <strings.h>

#include "caller_number.h"

/* Only what may stand between < and >. */
static bool is_clean(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7F || strchr("<>\"\\", *text))
            return false;
    return true;
}

static bool is_address(const char *device)
{
    return (strncasecmp(device, "sip:", 4) == 0 && device[4]) || (strncasecmp(device, "sips:", 5) == 0 && device[5]) ||
           (strncasecmp(device, "tel:", 4) == 0 && device[4]);
}

static const char *digits_of(struct arena *arena, const char *device)
{
    char *digits = arena_strdup(arena, device), *to = digits;
    for (const char *from = device; digits && *from; from++)
        if (!strchr("().- ", *from))
            *to++ = *from;
    if (digits)
        *to = '\0';
    return digits;
}

const char *sip_contact_of_device(struct arena *arena, const struct sip_source *source, const char *device)
{
    if (is_address(device))
        return is_clean(device) ? arena_printf(arena, "Contact: <%s>\r\n", device) : NULL;
    const char *digits = caller_number_like(device) ? digits_of(arena, device) : NULL;
    if (!digits)
        return NULL;
    return source->contact_domain ? arena_printf(arena, "Contact: <sip:%s@%s;user=phone>\r\n", digits, source->contact_domain)
                                  : arena_printf(arena, "Contact: <tel:%s>\r\n", digits);
}

const char *sip_contact_of_us(struct arena *arena, const struct sip_request *request)
{
    return arena_printf(arena, "Contact: <%s>\r\n", request->uri_text);
}
