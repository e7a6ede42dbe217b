/* SPDX-License-Identifier: Apache-2.0
 *
 * paper_desk - a desk on paper: the core with the rules of a desk.yaml, and as if every rep of them were there, with nothing
 * to do. For questions without a broker. Threads: one owner.
 */
#ifndef PAPER_DESK_H
#define PAPER_DESK_H

#include "cli.h"

struct paper_desk;

/* EXIT_DONE, or EXIT_NO after the file's problems were printed; *out is NULL then. */
int paper_desk_open(const struct cli *cli, const char *desk_file, struct paper_desk **out);
void paper_desk_close(struct paper_desk **desk);   /* NULL accepted */
/* Fills the reply as a broker would, from the arena. */
void paper_desk_preview(struct paper_desk *desk, const Leadwire__V1__Lead *lead, struct arena *arena, Leadwire__V1__ExplainReply *reply);

#endif
