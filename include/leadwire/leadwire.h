/* SPDX-License-Identifier: Apache-2.0
 *
 * leadwire - everything that libleadwire offers, in one include.
 *
 *   publisher.h  give leads to a desk
 *   rep.h        take leads as a rep
 *   events.h     watch a desk
 *   lead.h       what a lead is
 *   status.h     what functions return
 */
#ifndef LEADWIRE_LEADWIRE_H
#define LEADWIRE_LEADWIRE_H

#include <leadwire/events.h>
#include <leadwire/lead.h>
#include <leadwire/publisher.h>
#include <leadwire/rep.h>
#include <leadwire/status.h>

#endif
