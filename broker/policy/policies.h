/* SPDX-License-Identifier: Apache-2.0
 *
 * policies - the strategies there are: one file and one line each.
 */
#ifndef POLICIES_H
#define POLICIES_H

#include "policy.h"

extern const struct policy policy_least_loaded;

#endif
