/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lw_log.h"

enum { CAPTURE_MAX = 65536 };

static char captured[CAPTURE_MAX];
static FILE *capture_file;
static int real_stderr;

static void capture_begin(void)
{
    capture_file = tmpfile();
    assert_non_null(capture_file);
    real_stderr = dup(STDERR_FILENO);
    assert_true(real_stderr >= 0);
    assert_true(dup2(fileno(capture_file), STDERR_FILENO) >= 0);
}

static void capture_end(void)
{
    assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
    close(real_stderr);
    rewind(capture_file);
    size_t size = fread(captured, 1, CAPTURE_MAX - 1, capture_file);
    captured[size] = '\0';
    fclose(capture_file);
}

/* One whole line and nothing else, without a control character. */
static void assert_one_clean_line(void)
{
    size_t size = strlen(captured);

    assert_in_range(size, 1, 2048);
    assert_int_equal(captured[size - 1], '\n');
    for (size_t i = 0; i + 1 < size; i++)
        assert_true((unsigned char)captured[i] >= 0x20 && captured[i] != 0x7f);
}

static int open_plain(void **state)
{
    (void)state;
    unsetenv("LEADWIRE_LOG_LEVEL");
    unsetenv("LEADWIRE_LOG_FORMAT");
    lw_log_open("unit-log");
    return 0;
}

static int open_json(void **state)
{
    (void)state;
    unsetenv("LEADWIRE_LOG_LEVEL");
    setenv("LEADWIRE_LOG_FORMAT", "json", 1);
    lw_log_open("unit-log");
    return 0;
}

static void a_line_tells_time_level_program_and_words(void **state)
{
    (void)state;
    capture_begin();
    log_info("desk claimed desk=%s epoch=%d", "sales", 3);
    capture_end();
    assert_one_clean_line();
    assert_int_equal(captured[10], 'T');
    assert_int_equal(captured[23], 'Z');
    assert_string_equal(captured + 24, " info unit-log: desk claimed desk=sales epoch=3\n");
}

static void what_is_logged_cannot_forge_a_line(void **state)
{
    (void)state;
    capture_begin();
    log_error("a%sb\r\n", "\n2026-01-31T10:15:30.123Z info x: y\x1b[31m\x7f\t\xc2\x9b" "2J");
    capture_end();
    assert_one_clean_line();
    assert_non_null(strstr(captured, "unit-log: a?2026-01-31T10:15:30.123Z info x: y?[31m???2Jb??\n"));
}

static void only_well_formed_utf8_is_written(void **state)
{
    (void)state;
    capture_begin();
    log_error("%s", "\xc3\xa8 \xe2\x82\xac \xf0\x9f\x93\x9e|\xff|\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80|\xe2\x82");
    capture_end();
    assert_one_clean_line();
    assert_non_null(strstr(captured, ": \xc3\xa8 \xe2\x82\xac \xf0\x9f\x93\x9e|?|??|???|????|??\n"));
}

static void every_byte_gives_one_clean_line(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        capture_begin();
        log_error("<%c>", byte);
        capture_end();
        assert_one_clean_line();
    }
}

static void a_long_line_is_cut_between_characters(void **state)
{
    char text[6001];

    (void)state;
    for (size_t lead = 0; lead < 3; lead++) {
        for (size_t i = 0; i < 6000; i += 3)
            memcpy(text + i, "\xe2\x82\xac", 3);
        memset(text, 'x', lead * 3);
        text[6000] = '\0';
        capture_begin();
        log_error("%.*s%s", (int)lead, "xx", text);
        capture_end();
        assert_one_clean_line();
        assert_in_range(strlen(captured), 2040, 2048);
        assert_null(strchr(captured + 24, '?'));
    }
}

static void json_lines_are_escaped_and_closed_even_when_cut(void **state)
{
    char text[5001];

    (void)state;
    capture_begin();
    log_warning("say \"%s\" c:\\dir\n", "hi");
    capture_end();
    assert_one_clean_line();
    assert_memory_equal(captured, "{\"time\":\"", 9);
    assert_string_equal(captured + 33, "\",\"level\":\"warning\",\"program\":\"unit-log\","
                                       "\"message\":\"say \\\"hi\\\" c:\\\\dir?\"}\n");

    memset(text, '"', 5000);
    text[5000] = '\0';
    for (int lead = 0; lead < 2; lead++) {
        capture_begin();
        log_warning("%.*s%s", lead, "x", text);
        capture_end();
        assert_one_clean_line();
        assert_string_equal(captured + strlen(captured) - 5, "\\\"\"}\n");
    }
}

static void ids_are_fields_of_a_json_line_and_nobody_can_forge_one(void **state)
{
    char text[4001];

    (void)state;
    capture_begin();
    log_info("mail done source=%s: lead=%s (rep=%s) trace=%s session=%llu reason=%s", "off\"ice", "7-1042", "jörg", "4bf9", 12ULL, "lead=1-1 desk=x");
    capture_end();
    assert_one_clean_line();
    assert_non_null(strstr(captured, "desk=x\",\"lead\":\"7-1042\",\"rep\":\"jörg\",\"source\":\"off\\\"ice\",\"session\":\"12\",\"trace\":\"4bf9\"}\n"));

    capture_begin();
    log_info("leads=%d resource=%s without id", 3, "x");
    capture_end();
    assert_string_equal(strstr(captured, "\"message\""), "\"message\":\"leads=3 resource=x without id\"}\n");

    memset(text, 'x', 4000);
    text[4000] = '\0';
    capture_begin();
    log_info("lead=%s %s", "7-1042", text);
    capture_end();
    assert_one_clean_line();
    assert_string_equal(strrchr(captured, ','), ",\"lead\":\"7-1042\"}\n");
}

static void journald_gets_ids_as_fields_and_its_absence_is_no_loss(void **state)
{
    char folder[] = "/tmp/unit-log-XXXXXX", entry[4096];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int journal = socket(AF_UNIX, SOCK_DGRAM, 0);

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/journal", folder);
    assert_int_equal(bind(journal, (const struct sockaddr *)&address, sizeof address), 0);
    unsetenv("LEADWIRE_LOG_LEVEL");
    setenv("LEADWIRE_LOG_FORMAT", "journal", 1);
    setenv("LEADWIRE_JOURNAL_SOCKET", address.sun_path, 1);
    lw_log_open("unit-log");
    log_warning("call rejected source=%s: lead=%s said\nMESSAGE=%s", "line", "7-1042", "forged");
    ssize_t size = recv(journal, entry, sizeof entry - 1, MSG_DONTWAIT);
    assert_true(size > 0);
    entry[size] = '\0';
    assert_string_equal(entry, "PRIORITY=4\nSYSLOG_IDENTIFIER=unit-log\nMESSAGE=call rejected source=line: lead=7-1042 said?MESSAGE=forged\n"
                               "LEADWIRE_LEAD=7-1042\nLEADWIRE_SOURCE=line\n");

    close(journal);
    capture_begin();
    log_warning("nobody listens lead=%s", "7-1042");
    capture_end();
    assert_one_clean_line();
    assert_non_null(strstr(captured, " warning unit-log: nobody listens lead=7-1042\n"));
    assert_int_equal(unlink(address.sun_path), 0);
    assert_int_equal(rmdir(folder), 0);
    unsetenv("LEADWIRE_JOURNAL_SOCKET");
}

static void levels_below_the_set_one_are_silent(void **state)
{
    enum lw_log_level level = LW_LOG_DEBUG;

    (void)state;
    assert_false(lw_log_level_parse("loud", &level));
    assert_int_equal(level, LW_LOG_DEBUG);
    assert_true(lw_log_level_parse("warning", &level));
    assert_int_equal(level, LW_LOG_WARNING);

    setenv("LEADWIRE_LOG_LEVEL", "error", 1);
    lw_log_open("unit-log");
    capture_begin();
    log_warning("not this");
    lw_log_set_level(LW_LOG_DEBUG);
    log_debug("but this");
    capture_end();
    assert_one_clean_line();
    assert_non_null(strstr(captured, " debug unit-log: but this\n"));
}

static void a_step_more_or_less_is_told_and_ends_at_the_ends(void **state)
{
    (void)state;
    lw_log_set_level(LW_LOG_INFO);
    capture_begin();
    lw_log_show_more();
    lw_log_show_more();
    capture_end();
    assert_true(lw_log_shows(LW_LOG_DEBUG));
    assert_non_null(strstr(captured, " debug unit-log: log level is debug\n"));

    lw_log_set_level(LW_LOG_WARNING);
    capture_begin();
    lw_log_show_less();
    lw_log_show_less();
    capture_end();
    assert_false(lw_log_shows(LW_LOG_WARNING));
    assert_true(lw_log_shows(LW_LOG_ERROR));
    assert_non_null(strstr(captured, " error unit-log: log level is error\n"));
}

static void logging_leaves_errno_alone(void **state)
{
    (void)state;
    capture_begin();
    close(STDERR_FILENO);
    errno = ENOSPC;
    log_error("to nowhere");
    assert_int_equal(errno, ENOSPC);
    capture_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_step_more_or_less_is_told_and_ends_at_the_ends, open_plain),
        cmocka_unit_test_setup(a_line_tells_time_level_program_and_words, open_plain),
        cmocka_unit_test_setup(what_is_logged_cannot_forge_a_line, open_plain),
        cmocka_unit_test_setup(only_well_formed_utf8_is_written, open_plain),
        cmocka_unit_test_setup(every_byte_gives_one_clean_line, open_plain),
        cmocka_unit_test_setup(a_long_line_is_cut_between_characters, open_plain),
        cmocka_unit_test_setup(json_lines_are_escaped_and_closed_even_when_cut, open_json),
        cmocka_unit_test_setup(ids_are_fields_of_a_json_line_and_nobody_can_forge_one, open_json),
        cmocka_unit_test(journald_gets_ids_as_fields_and_its_absence_is_no_loss),
        cmocka_unit_test_setup(levels_below_the_set_one_are_silent, open_plain),
        cmocka_unit_test_setup(logging_leaves_errno_alone, open_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
