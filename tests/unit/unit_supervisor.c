/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "supervisor.h"

/* A service manager's socket, in the abstract space: nothing to clean up. */
static int listen_as(char name[64])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    snprintf(name, 64, "@leadwire-test-%ld", (long)getpid());
    memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))), 0);
    return fd;
}

static void expect(int fd, const char *message)
{
    char got[600];
    ssize_t size = recv(fd, got, sizeof got - 1, MSG_DONTWAIT);
    assert_true(size >= 0);
    got[size] = '\0';
    assert_string_equal(got, message);
}

static void expect_nothing(int fd)
{
    char got[16];
    assert_true(recv(fd, got, sizeof got, MSG_DONTWAIT) < 0);
}

static void each_word_is_a_datagram(void **state)
{
    (void)state;
    char name[64], got[100];
    int fd = listen_as(name);
    setenv("NOTIFY_SOCKET", name, 1);
    assert_true(supervisor_is_there());
    supervisor_ready();
    expect(fd, "READY=1");
    supervisor_stopping();
    expect(fd, "STOPPING=1");
    supervisor_turns();
    expect(fd, "WATCHDOG=1");
    supervisor_wait_for(30000);
    expect(fd, "EXTEND_TIMEOUT_USEC=30000000");
    supervisor_status("%d leads\nREADY=1", 7);   /* one field, whatever the words */
    expect(fd, "STATUS=7 leads READY=1");
    supervisor_reloading();
    got[recv(fd, got, sizeof got - 1, MSG_DONTWAIT)] = '\0';
    unsigned long long us;
    assert_int_equal(sscanf(got, "RELOADING=1\nMONOTONIC_USEC=%llu", &us), 1);
    expect_nothing(fd);
    close(fd);
    supervisor_ready();   /* nobody there any more: no harm */
}

static void without_a_socket_nothing_is_said(void **state)
{
    (void)state;
    char name[64];
    int fd = listen_as(name);
    unsetenv("NOTIFY_SOCKET");
    assert_false(supervisor_is_there());
    supervisor_ready();
    const char *const wrong[] = {"", "@", "relative", "/"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        setenv("NOTIFY_SOCKET", wrong[i], 1);
        supervisor_ready();
        assert_false(supervisor_is_there());
    }
    char long_name[200];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[0] = '/';
    long_name[sizeof long_name - 1] = '\0';
    setenv("NOTIFY_SOCKET", long_name, 1);
    assert_false(supervisor_is_there());
    expect_nothing(fd);
    close(fd);
}

static void the_watchdog_is_ours_or_nobodys(void **state)
{
    (void)state;
    char pid[24];
    setenv("NOTIFY_SOCKET", "@somewhere", 1);
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(supervisor_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    unsetenv("WATCHDOG_PID");
    assert_int_equal(supervisor_watchdog_ms(), 15000);
    setenv("WATCHDOG_PID", "1", 1);
    assert_int_equal(supervisor_watchdog_ms(), 0);
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    assert_int_equal(supervisor_watchdog_ms(), 15000);
    setenv("WATCHDOG_USEC", "soon", 1);
    assert_int_equal(supervisor_watchdog_ms(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    unsetenv("NOTIFY_SOCKET");
    assert_int_equal(supervisor_watchdog_ms(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_word_is_a_datagram),
        cmocka_unit_test(without_a_socket_nothing_is_said),
        cmocka_unit_test(the_watchdog_is_ours_or_nobodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
