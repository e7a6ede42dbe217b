/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-web - takes web forms and webhooks, gives them to a desk.
 */
#include "http_worker.h"
#include "web_config.h"
#include "web_contact.h"
#include "web_state.h"
#include "web_submission.h"

int main(int argc, char **argv)
{
    static const struct http_worker_plan plan = {
        .program = "leadwire-web",
        .about = "leadwire-web takes web forms and webhooks (POST /in/{source}) and gives them to a desk as leads.",
        .read = web_config_read,
        .handle = web_handle,
        .open = web_state_open,
        .close = web_state_close,
        .health = web_state_health,
        .metrics = web_state_metrics,
        .reader = web_contact_reader,
        .default_root = "",
        .default_source = "thank_you_text: \"\"",
    };
    return http_worker_main(argc, argv, &plan);
}
