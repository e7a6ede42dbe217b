/* SPDX-License-Identifier: Apache-2.0
 *
 * supervisor - what a process tells the service manager that started it, as sd_notify(3) does: a datagram to the socket that
 * NOTIFY_SOCKET names. Under systemd: Type=notify-reload (or notify) and WatchdogSec.
 *
 * Without NOTIFY_SOCKET, and when the datagram cannot be sent, nothing happens: the process works as well without.
 * Threads: one owner, that of the process's loop.
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

bool supervisor_is_there(void);
bool supervisor_ready(void);        /* READY=1: started, or done reloading. False: not taken, its queue may be full; say it again */
void supervisor_reloading(void);    /* RELOADING=1 with the time: until supervisor_ready */
void supervisor_stopping(void);     /* STOPPING=1 */
/* STATUS=, a line for `systemctl status`. No personal data. */
void supervisor_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Starting takes longer than the unit's TimeoutStartSec perhaps: wait for so much more from now on. */
void supervisor_wait_for(uint32_t ms);

/* How often the loop must show that it turns; 0: nobody waits for that (WATCHDOG_USEC, WATCHDOG_PID). It is half of the time after which
 * systemd would start the process again. */
uint32_t supervisor_watchdog_ms(void);
/* WATCHDOG=1: the loop turns. */
void supervisor_turns(void);

#endif
