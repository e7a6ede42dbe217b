/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_text - what `leadwire rep` says to a person, in their language: the texts of the rep's page (gateway/pages/texts_LANGUAGE.json), and over
 * them those of the terminal (rep_LANGUAGE.json), all in the program.
 *
 * A text is asked for by name; {words} in it are replaced. One language a process. A name that there is not is a programmer's error: assert.
 * Threads: one owner.
 */
#ifndef REP_TEXT_H
#define REP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REP_TEXT_NUMBER_SIZE = 24, REP_TEXT_SIZE = 1024 };

struct rep_text_file { const char *language; const unsigned char *bytes; size_t size; };
extern const struct rep_text_file rep_text_files[];   /* of a language the later stands; ends with language NULL; made by the build */

/* "it", "it_IT.UTF-8"; NULL: that of LC_ALL, LC_MESSAGES or LANG, the first that is set, and English for one that there is not. False: `language` names
 * none of ours, or no memory. */
bool rep_text_use(const char *language);
void rep_text_end(void);
/* Whether that language, written like it or pt-BR, is the one that we speak. */
bool rep_text_speaks(const char *language);
const char *rep_text(const char *name);
/* The text whose name is those two, one after the other, e.g. of a reason; NULL: there is none. What is no letter or digit counts as one '_'. */
const char *rep_text_find(const char *start, const char *end);
/* The text with pairs (word, value) put in, up to a NULL; cut at `size`. Gives `out`. */
const char *rep_text_fill(char *out, size_t size, const char *name, ...) __attribute__((sentinel));
/* The same to standard output. */
void rep_say(const char *name, ...) __attribute__((sentinel));
const char *rep_text_number(uint64_t number, char text[REP_TEXT_NUMBER_SIZE]);

#endif
