/* SPDX-License-Identifier: Apache-2.0
 *
 * crash_point - dies at a named place when a test asks for it.
 *
 * LEADWIRE_CRASH_AT=<point>[:n] kills the process (SIGKILL, nothing is flushed) at the n-th passing of that
 * point, the first by default. Without it a point costs one comparison.
 *
 * Points: append.before append.sent append.answered checkpoint.begin checkpoint.slice checkpoint.before_end
 * checkpoint.end recovery.claimed recovery.loading recovery.loaded (here), release.half (broker/main).
 * Threads: one owner.
 */
#ifndef CRASH_POINT_H
#define CRASH_POINT_H

void crash_point(const char *point);
/* In place of the environment; NULL: none. Borrowed for ever. For tests that fork. */
void crash_point_arm(const char *specification);

#endif
