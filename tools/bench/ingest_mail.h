/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest_mail - the mail half of the bench of ingest: mails to leads as leadwire-mail makes them, beside gmime parsing the same
 * mails and nothing else. Both in this process, on one core; nothing is read, kept or sent.
 */
#ifndef INGEST_MAIL_H
#define INGEST_MAIL_H

#include <stdint.h>

struct ingest_mail_figures { double leads_per_s, parsed_per_s; };    /* mails a second of CPU time */

/* `count` mails each, in turns. */
struct ingest_mail_figures ingest_mail_run(uint32_t count);

#endif
