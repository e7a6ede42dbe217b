/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-phone - callers wait, reps accept, both are connected: voice webhooks and SIP.
 */
#include <string.h>

#include "http_worker.h"
#include "phone_config.h"
#include "phone_contact.h"
#include "phone_state.h"
#include "voice_call.h"
#include "voice_sign.h"

int main(int argc, char **argv)
{
    static const struct http_worker_plan plan = {
        .program = "leadwire-phone",
        .about = "leadwire-phone answers the voice webhooks of a telephony service (POST /voice/{source}/...) for a desk,\n"
                 "and takes SIP calls.\n"
                 "leadwire-phone sign --help: the signature of a webhook, to try one out.",
        .read = phone_config_read,
        .handle = voice_handle,
        .reader = phone_contact_reader,
        .default_root = "public_base: \"http://127.0.0.1\"\n",
        .default_source = "signature: off",
        .open = phone_state_open,
        .close = phone_state_close,
        .health = phone_state_health,
        .metrics = phone_state_metrics,
        .drain = phone_state_drain,
        .in_flight = phone_state_in_flight,
    };
    if (argc > 1 && strcmp(argv[1], "sign") == 0)
        return voice_sign_main(argc, argv);
    return http_worker_main(argc, argv, &plan);
}
