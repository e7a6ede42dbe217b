/* SPDX-License-Identifier: Apache-2.0 */
#include "tool_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "scripted_broker.h"

char tool_output[TOOL_OUTPUT_MAX];

int tool_run(const struct scripted_broker *broker, const char *arguments)
{
    char command[2048];
    snprintf(command, sizeof command, "exec 2>&1; LEADWIRE_RUN_DIR=%s TZ=UTC USER=boss '" LEADWIRE_BIN_DIR "/leadwire' %s",
             broker != NULL ? scripted_broker_run_dir(broker) : "/nonexistent", arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    const size_t size = fread(tool_output, 1, sizeof tool_output - 1, pipe);
    tool_output[size] = '\0';
    const int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

size_t tool_read_file(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t got = fread(text, 1, size - 1, file);
    fclose(file);
    text[got] = '\0';
    return got;
}
