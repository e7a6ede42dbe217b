// SPDX-License-Identifier: Apache-2.0
// The installed headers are clean C++, and the shared library has what they declare.
#include <leadwire/leadwire.h>

#include <cstdio>
#include <cstring>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            return 1; \
        } \
    } while (0)

int main()
{
    lw_publisher *publisher = nullptr;
    lw_rep *rep = nullptr;
    lw_events *events = nullptr;
    const lw_publisher_options publisher_options = {};
    const lw_rep_options rep_options = {};
    const lw_events_options events_options = {};
    CHECK(lw_publisher_open(&publisher_options, &publisher) == LW_INVALID);
    CHECK(lw_rep_open(&rep_options, &rep) == LW_INVALID);
    CHECK(lw_events_open(&events_options, &events) == LW_INVALID);
    lw_publisher_close(&publisher);
    lw_rep_close(&rep, 1);
    lw_events_close(&events);
    CHECK(std::strcmp(lw_status_name(LW_FULL), "LW_FULL") == 0);
    CHECK(std::strlen(lw_status_text(LW_FULL)) > 0);
    CHECK(std::strcmp(lw_channel_name(LW_CHANNEL_WEB), "web") == 0);
    CHECK(std::strcmp(lw_outcome_name(LW_OUTCOME_ACCEPTED), "accepted") == 0);
    CHECK(std::strcmp(lw_lead_state_name(LW_LEAD_PARKED), "parked") == 0);
    CHECK(std::strcmp(lw_rep_state_name(LW_REP_AWAY), "away") == 0);
    std::puts("1 passed, 0 failed");
    return 0;
}
