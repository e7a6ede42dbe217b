/* SPDX-License-Identifier: Apache-2.0
 *
 * outcome - the wire's Status as libleadwire tells it.
 */
#ifndef CLIENT_OUTCOME_H
#define CLIENT_OUTCOME_H

#include <leadwire/publisher.h>

#include "wire.h"

/* Of a final Reply. What only a session understands (no session, version...) is rejected here. */
lw_outcome outcome_from_status(Leadwire__V1__Status status);

#endif
