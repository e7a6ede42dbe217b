/* SPDX-License-Identifier: Apache-2.0
 *
 * A channel adapter on libleadwire, for `leadwire adapter-test`: publishes LEADS leads, as many at once as it may, until
 * it is killed or all have their answer.
 *
 *   library_adapter ENDPOINT LEADS
 */
#include <leadwire/leadwire.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static lw_status publish(struct lw_publisher *publisher, unsigned number)
{
    char id[32], name[32];
    snprintf(id, sizeof id, "row-%u", number);
    snprintf(name, sizeof name, "Person %u", number);
    const struct lw_lead lead = {.channel = LW_CHANNEL_IMPORT, .source = "list", .full_name = name};
    uint64_t ticket;
    return lw_publisher_publish(publisher, id, 1, &lead, 0, &ticket);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    const unsigned leads = (unsigned)strtoul(argv[2], NULL, 10);
    const struct lw_publisher_options options = {.endpoint = argv[1], .desk = "sales", .client = "library_adapter"};
    struct lw_publisher *publisher;
    if (lw_publisher_open(&options, &publisher) != LW_OK)
        return 2;
    unsigned published = 0, answered = 0;
    while (answered < leads) {
        while (published < leads && publish(publisher, published) == LW_OK)
            published++;
        struct lw_publisher_answer answer;
        const lw_status status = lw_publisher_next(publisher, &answer);
        if (status == LW_OK)
            answered++;
        else
            poll(&(struct pollfd){.fd = lw_publisher_fd(publisher), .events = POLLIN}, 1, lw_publisher_wait_ms(publisher));
    }
    lw_publisher_close(&publisher);
    return 0;
}
