/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-phone - answers voice webhooks: callers wait, reps accept, both are connected.
 */
#include "http_worker.h"
#include "phone_config.h"
#include "voice_call.h"

int main(int argc, char **argv)
{
    static const struct http_worker_plan plan = {
        .program = "leadwire-phone",
        .about = "leadwire-phone answers the voice webhooks of a telephony service (POST /voice/{source}/...) for a desk.",
        .read = phone_config_read,
        .handle = voice_handle,
    };
    return http_worker_main(argc, argv, &plan);
}
