/* SPDX-License-Identifier: Apache-2.0
 *
 * plot_page - figures as one HTML file with plots in SVG, which loads nothing from elsewhere. Texts are of the bench itself, and escaped.
 * Writing gives up the bench when it fails.
 */
#ifndef PLOT_PAGE_H
#define PLOT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct plot_figure { double median, low, high; };   /* low and high: of the rounds */

/* A bar for each; is_void: hatched, since it does not count. */
struct plot_bar { const char *label; struct plot_figure figure; bool is_void; };
struct plot_point { double at; struct plot_figure figure; };

FILE *plot_page_open(const char *path, const char *title);
void plot_page_text(FILE *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* unit: of the figures. */
void plot_page_bars(FILE *page, const char *title, const char *unit, const struct plot_bar *bars, size_t count);
/* A curve with its spread; has_powers: the axis of `at` is logarithmic, and 0 stands at its left end. */
void plot_page_curve(FILE *page, const char *title, const char *at, const char *unit, bool has_powers, const struct plot_point *points, size_t count);
void plot_page_close(FILE *page);

#endif
