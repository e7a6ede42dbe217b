/* SPDX-License-Identifier: Apache-2.0 */
#include "plot_page.h"

#include <math.h>
#include <stdarg.h>

#include "bench_desk.h"

enum { WIDTH = 720, LABELS = 190, RIGHT = 150, BAR = 22, HEIGHT = 260, LEFT = 70, BOTTOM = 40, TOP = 16, TICKS = 4 };

static void put_escaped(FILE *page, const char *text)
{
    for (; *text; text++) {
        if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
            fprintf(page, "&#%d;", *text);
        else
            fputc(*text, page);
    }
}

FILE *plot_page_open(const char *path, const char *title)
{
    FILE *page = fopen(path, "w");
    if (!page)
        bench_give_up("cannot write the page");
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>", page);
    put_escaped(page, title);
    fputs("</title>\n<style>body{font:16px/1.5 sans-serif;max-width:760px;margin:2em auto;padding:0 1em;color:#222}svg{width:100%;height:auto}"
          "text{font:12px sans-serif;fill:#222}.bar{fill:#0f6e5c}.void{fill:#bbb}.spread{stroke:#222;stroke-width:1.5}.axis{stroke:#999}"
          ".curve{fill:none;stroke:#0f6e5c;stroke-width:2}.dot{fill:#0f6e5c}</style></head><body>\n<h1>", page);
    put_escaped(page, title);
    fputs("</h1>\n", page);
    return page;
}

void plot_page_text(FILE *page, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fputs("<p>", page);
    put_escaped(page, text);
    fputs("</p>\n", page);
}

static void begin_plot(FILE *page, const char *title, int height)
{
    fputs("<h2>", page);
    put_escaped(page, title);
    fprintf(page, "</h2>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", (int)WIDTH, height);
    put_escaped(page, title);
    fputs("\">\n", page);
}

static void put_label(FILE *page, double x, double y, const char *anchor, const char *text)
{
    fprintf(page, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    put_escaped(page, text);
    fputs("</text>\n", page);
}

static void put_line(FILE *page, const char *class, double x1, double y1, double x2, double y2)
{
    fprintf(page, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1, y1, x2, y2);
}

/* 12300 as 12,300; small ones with what they need. */
static const char *number_text(double value, char text[32])
{
    if (value >= 1e6)
        snprintf(text, 32, "%.2fM", value / 1e6);
    else if (value >= 1000)
        snprintf(text, 32, "%d,%03d", (int)value / 1000, (int)value % 1000);
    else
        snprintf(text, 32, "%.*f", value >= 100 ? 0 : value >= 10 ? 1 : 2, value);
    return text;
}

void plot_page_bars(FILE *page, const char *title, const char *unit, const struct plot_bar *bars, size_t count)
{
    char number[32], words[128];
    double most = 0, room = WIDTH - LABELS - RIGHT;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, bars[i].figure.high);
    begin_plot(page, title, (int)count * (BAR + 8) + TOP);
    for (size_t i = 0; i < count && most > 0; i++) {
        const struct plot_figure *figure = &bars[i].figure;
        double y = (double)i * (BAR + 8) + TOP / 2.0, scale = room / most, middle = y + BAR / 2.0;
        put_label(page, LABELS - 8, middle + 4, "end", bars[i].label);
        fprintf(page, "<rect class=\"%s\" x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n", bars[i].is_void ? "void" : "bar", (int)LABELS, y,
                figure->median * scale, (int)BAR);
        put_line(page, "spread", LABELS + figure->low * scale, middle, LABELS + figure->high * scale, middle);
        snprintf(words, sizeof words, "%s %s%s", number_text(figure->median, number), unit, bars[i].is_void ? " (void)" : "");
        put_label(page, LABELS + figure->high * scale + 6, middle + 4, "start", words);
    }
    fputs("</svg>\n", page);
}

static double place(double at, double first, double last, bool has_powers)
{
    if (!has_powers)
        return last > first ? (at - first) / (last - first) : 0;
    return at <= first ? 0 : log(at / first) / log(last / first);
}

void plot_page_curve(FILE *page, const char *title, const char *at, const char *unit, bool has_powers, const struct plot_point *points, size_t count)
{
    char number[32];
    double most = 0, first = points[0].at, last = points[count - 1].at, room = WIDTH - LEFT - 30, depth = HEIGHT - TOP - BOTTOM;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, points[i].figure.high);
    if (has_powers && first <= 0)
        first = count > 1 ? points[1].at / 10 : 1;
    most = most > 0 ? most * 1.05 : 1;
    begin_plot(page, title, HEIGHT);
    for (int i = 0; i <= TICKS; i++) {
        double y = TOP + depth * (1 - (double)i / TICKS);
        put_line(page, "axis", LEFT, y, LEFT + room, y);
        put_label(page, LEFT - 6, y + 4, "end", number_text(most * i / TICKS, number));
    }
    fputs("<polyline class=\"curve\" points=\"", page);
    for (size_t i = 0; i < count; i++)
        fprintf(page, "%.1f,%.1f ", LEFT + room * place(points[i].at, first, last, has_powers), TOP + depth * (1 - points[i].figure.median / most));
    fputs("\"/>\n", page);
    for (size_t i = 0; i < count; i++) {
        double x = LEFT + room * place(points[i].at, first, last, has_powers), y = TOP + depth * (1 - points[i].figure.median / most);
        put_line(page, "spread", x, TOP + depth * (1 - points[i].figure.low / most), x, TOP + depth * (1 - points[i].figure.high / most));
        fprintf(page, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>\n", x, y);
        put_label(page, x, HEIGHT - BOTTOM + 16, "middle", points[i].at > 0 ? number_text(points[i].at, number) : "0");
    }
    put_label(page, LEFT + room, HEIGHT - 6, "end", at);
    put_label(page, LEFT + 4, TOP - 4, "start", unit);
    fputs("</svg>\n", page);
}

void plot_page_close(FILE *page)
{
    fputs("</body></html>\n", page);
    if (ferror(page) || fclose(page) != 0)
        bench_give_up("cannot write the page");
}
