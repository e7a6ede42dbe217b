/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-webhooks - what becomes of a desk's leads, to others' systems by HTTPS.
 */
#include "lw_log.h"
#include "webhooks_run.h"

int main(int argc, char **argv)
{
    struct webhooks_arguments arguments;
    int exit_code;
    lw_log_open("leadwire-webhooks");
    return webhooks_arguments_read(argc, argv, &arguments, &exit_code) ? webhooks_run(&arguments) : exit_code;
}
