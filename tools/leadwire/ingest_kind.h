/* SPDX-License-Identifier: Apache-2.0
 *
 * ingest_kind - which worker reads a source: mail, web or phone.
 */
#ifndef INGEST_KIND_H
#define INGEST_KIND_H

#include "cli.h"

/* given: what --kind says, else NULL; else as the configuration's file name begins; without a configuration as the source
 * is called. "mail", "web", "phone"; NULL after a complaint. */
const char *ingest_kind_find(const struct cli *cli, const char *given, const char *config_path, const char *source);

#endif
