/* SPDX-License-Identifier: Apache-2.0
 *
 * queue_command - `leadwire-sim queue`.
 */
#ifndef QUEUE_COMMAND_H
#define QUEUE_COMMAND_H

/* The arguments after "queue". Gives the exit code: 0 done, 1 the scenario could not be run to its end, 2 wrong usage. */
int queue_command(int argc, char **argv);

#endif
