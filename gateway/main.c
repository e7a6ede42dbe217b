/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire-gateway - reps' browsers, over HTTP, at a desk's broker.
 */
#include <sodium.h>
#include <stdio.h>

#include "gateway.h"
#include "gateway_arguments.h"
#include "lw_log.h"
#include "password_process.h"
#include "routes.h"

int main(int argc, char **argv)
{
    struct gateway_arguments arguments;
    int exit_code;
    lw_log_open("leadwire-gateway");
    if (!gateway_arguments_read(argc, argv, &arguments, &exit_code))
        return exit_code;
    if (sodium_init() < 0)
        return GATEWAY_EXIT_FAILED;
    if (arguments.hash_password)
        return password_hash_line(stdin, stdout);
    if (arguments.list_routes)
        return routes_print(stdout);
    return gateway_main(&arguments);
}
