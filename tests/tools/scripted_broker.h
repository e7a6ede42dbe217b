/* SPDX-License-Identifier: Apache-2.0
 *
 * scripted_broker - a thread that speaks the wire as a broker does, with answers from a test.
 *
 * Serves control, publish and reps in a directory of its own below /tmp. Hello is answered with
 * Welcome, Ping with Pong; all else goes to the script, which runs on the broker's thread.
 */
#ifndef SCRIPTED_BROKER_H
#define SCRIPTED_BROKER_H

#include "wire.h"

struct scripted_broker;

/* Sends message to the client whose request is being answered. */
void scripted_broker_send(struct scripted_broker *broker, enum wire_type type, void *message);

/* request is WIRE_HELLO after the Welcome, so that a script can offer at once. */
typedef void broker_script(struct scripted_broker *broker, const struct wire_message *request, void *context);

/* NULL on failure. */
struct scripted_broker *scripted_broker_start(broker_script *script, void *context);
/* Ends the thread, removes the directory. */
void scripted_broker_stop(struct scripted_broker **broker);
const char *scripted_broker_run_dir(const struct scripted_broker *broker);

#endif
