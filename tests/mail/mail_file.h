/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_file - files and rules for the tests of the mail door.
 */
#ifndef MAIL_FILE_H
#define MAIL_FILE_H

#include "mail_lead.h"

#include <stdbool.h>
#include <stddef.h>

/* The whole file, NUL-terminated; free() it. NULL when it cannot be read. */
char *mail_file_read(const char *path, size_t *size_out);
/* Whose names end with ".eml" or have no suffix. Sorted; free() each and the array. */
char **mail_folder_list(const char *path, size_t *count_out);
/* Of such a name, without ".eml". */
size_t mail_name_size(const char *name);
void mail_folder_free(char **names, size_t count);
/* The folder of real mails, or NULL when it is not there. */
const char *mail_fixtures_folder(void);
/* The source of the samples: region IT, our own domain shop.example, robot website@shop.example. */
extern const struct mail_source sample_source;
/* Reads and builds, as the worker does. */
enum mail_reason mail_take(const struct mail_source *source, const void *bytes, size_t size, struct mail_lead *out);

#endif
