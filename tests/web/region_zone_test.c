/* SPDX-License-Identifier: Apache-2.0
 *
 * The time zone of a phone number: that of its region, where it has one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "lead_builder.h"
#include "region_zone.h"

static void of_a_region_with_one_zone_it_is_told_and_of_others_none(void **state)
{
    static const struct { const char *region, *zone; } table[] = {
        {"IT", "Europe/Rome"}, {"AT", "Europe/Vienna"}, {"CH", "Europe/Zurich"}, {"FR", "Europe/Paris"}, {"GB", "Europe/London"}, {"JP", "Asia/Tokyo"},
        {"DE", "Europe/Berlin"},            /* and Busingen, which keeps the same time */
        {"US", ""}, {"CA", ""}, {"AU", ""}, {"BR", ""}, {"RU", ""}, {"ES", ""}, {"PT", ""}, {"CN", ""},   /* several */
        {"ZZ", ""}, {"", ""}, {"I", ""}, {"it", ""}, {"ITA", ""}, {"001", ""},
    };
    (void)state;
    for (size_t again = 0; again < 2; again++) {
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            if (strcmp(region_zone(table[i].region), table[i].zone) != 0)
                fail_msg("%s: '%s', and should be '%s'", table[i].region, region_zone(table[i].region), table[i].zone);
        }
    }
}

static void a_number_bears_the_zone_of_its_own_region_not_of_its_source(void **state)
{
    static const struct { const char *raw, *zone; } table[] = {
        {"02 1234 5678", "Europe/Rome"}, {"+43 1 5125", "Europe/Vienna"}, {"+49 30 901820", "Europe/Berlin"}, {"+1 212 555 0123", NULL},
        {"+34 91 123 4567", NULL}, {"+800 1234 5678", NULL}, {"1", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct lead_builder builder;
        builder = (struct lead_builder){0};
        lead_builder_init(&builder, &(struct lead_defaults){.channel = LW_CHANNEL_WEB, .source = "form", .region = "IT"});
        lead_builder_add_phone(&builder, table[i].raw, strlen(table[i].raw), NULL);
        const char *zone = builder.phones[0].time_zone;
        if (table[i].zone ? !zone || strcmp(zone, table[i].zone) != 0 : zone != NULL)
            fail_msg("%s: '%s'", table[i].raw, zone ? zone : "none");
        lead_builder_fini(&builder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_region_with_one_zone_it_is_told_and_of_others_none),
        cmocka_unit_test(a_number_bears_the_zone_of_its_own_region_not_of_its_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
