/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_dry_run - leadwire-mail --dry-run: see dry_run.h; --replay: see replay.h. They give the exit code of worker_run.h.
 */
#ifndef MAIL_DRY_RUN_H
#define MAIL_DRY_RUN_H

int mail_dry_run_main(int argc, char **argv);
int mail_replay_main(int argc, char **argv);

#endif
