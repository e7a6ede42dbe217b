/* SPDX-License-Identifier: Apache-2.0
 *
 * libcurl says which sockets to watch and when it wants to be called (on_socket, on_wait);
 * libevent calls it back (on_ready, on_time). Finished transfers are collected after each
 * call into libcurl, never from inside one.
 */
#include "http_fetch.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "address_range.h"
#include "byte_buffer.h"

enum { HEADER_SIZE_MAX = 4096 + 64, CONNECTIONS_KEPT = 8 };

struct transfer {
    struct transfer *next, *previous;
    CURL *easy;
    struct curl_slist *headers;
    struct byte_buffer body;
    http_fetch_done *done;
    void *context;
    bool allow_private, was_private;
};

struct http_fetcher {
    struct event_base *base;
    CURLM *multi;
    struct event *timer;
    struct transfer *first;
};

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *watch);
static int on_wait(CURLM *multi, long wait_ms, void *context);
static void on_ready(evutil_socket_t fd, short what, void *context);
static void on_time(evutil_socket_t fd, short what, void *context);
static void collect(struct http_fetcher *fetcher);
static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address);
static const char *problem_of(const struct transfer *transfer, CURLcode code);
static size_t on_body(char *bytes, size_t one, size_t size, void *context);
static bool set_options(struct transfer *transfer, const struct http_fetch_request *request);
static void end_transfer(struct http_fetcher *fetcher, struct transfer *transfer);

lw_status http_fetcher_open(struct event_base *base, struct http_fetcher **out)
{
    *out = NULL;
    struct http_fetcher *fetcher = calloc(1, sizeof *fetcher);
    if (!fetcher || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(fetcher);
        return LW_NO_MEMORY;
    }
    fetcher->base = base;
    fetcher->multi = curl_multi_init();
    fetcher->timer = event_new(base, -1, 0, on_time, fetcher);
    if (!fetcher->multi || !fetcher->timer) {
        http_fetcher_close(&fetcher);
        return LW_NO_MEMORY;
    }
    curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETDATA, fetcher);
    curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERFUNCTION, on_wait);
    curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERDATA, fetcher);
    curl_multi_setopt(fetcher->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    *out = fetcher;
    return LW_OK;
}

void http_fetcher_close(struct http_fetcher **fetcher_place)
{
    struct http_fetcher *fetcher = *fetcher_place;
    *fetcher_place = NULL;
    if (!fetcher)
        return;
    while (fetcher->first)
        end_transfer(fetcher, fetcher->first);
    if (fetcher->multi)
        curl_multi_cleanup(fetcher->multi);
    if (fetcher->timer)
        event_free(fetcher->timer);
    free(fetcher);
    curl_global_cleanup();
}

lw_status http_fetch_send(struct http_fetcher *fetcher, const struct http_fetch_request *request, http_fetch_done *done, void *context)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        return LW_NO_MEMORY;
    *transfer = (struct transfer){.done = done, .context = context, .easy = curl_easy_init(), .next = fetcher->first,
                                   .allow_private = request->allow_private};
    byte_buffer_init(&transfer->body, request->size_max);
    if (fetcher->first)
        fetcher->first->previous = transfer;
    fetcher->first = transfer;
    if (!transfer->easy || !set_options(transfer, request) || curl_multi_add_handle(fetcher->multi, transfer->easy) != CURLM_OK) {
        end_transfer(fetcher, transfer);
        return LW_NO_MEMORY;
    }
    return LW_OK;
}

static bool set_options(struct transfer *transfer, const struct http_fetch_request *request)
{
    CURL *easy = transfer->easy;
    char header[HEADER_SIZE_MAX];
    if (request->bearer) {
        snprintf(header, sizeof header, "Authorization: Bearer %s", request->bearer);
        transfer->headers = curl_slist_append(NULL, header);
        if (!transfer->headers)
            return false;
    }
    for (const char *const *more = request->headers; more && *more; more++) {
        struct curl_slist *list = curl_slist_append(transfer->headers, *more);
        if (!list)
            return false;
        transfer->headers = list;
    }
    if (request->post_body && (curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->post_size) != CURLE_OK ||
                               curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->post_body) != CURLE_OK))
        return false;
    return curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           (!request->ca_file || (curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file) == CURLE_OK &&
                                  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->within_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK;
}

/* RFC 6890: addresses that no sender on the internet has. */
static bool is_private(const struct address *address)
{
    static const char *const ranges[] = {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                                         "192.168.0.0/16", "224.0.0.0/3", "::/127", "64:ff9b:1::/48", "fc00::/7", "fe80::/10", "ff00::/8"};
    struct address_range range;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (address_range_parse(ranges[i], &range) && address_in_range(address, &range))
            return true;
    return false;
}

static bool address_of(const struct sockaddr *from, struct address *out)
{
    *out = (struct address){.bytes = {[10] = 0xFF, [11] = 0xFF}};
    if (from->sa_family == AF_INET)
        memcpy(out->bytes + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    else if (from->sa_family == AF_INET6)
        memcpy(out->bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, sizeof out->bytes);
    else
        return false;
    return true;
}

/* Asked for every address to which a name led, so that a name cannot lead past the check. */
static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)purpose;
    struct transfer *transfer = context;
    struct address address;
    if (!transfer->allow_private && (!address_of(&to->addr, &address) || is_private(&address))) {
        transfer->was_private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype, to->protocol);
}

static const char *problem_of(const struct transfer *transfer, CURLcode code)
{
    if (code == CURLE_OK)
        return "";
    if (transfer->body.failed)
        return "the answer is too large";
    return transfer->was_private ? "it leads to an address of a private network, which needs allow_private: yes" : curl_easy_strerror(code);
}

static size_t on_body(char *bytes, size_t one, size_t size, void *context)
{
    struct transfer *transfer = context;
    byte_buffer_put(&transfer->body, bytes, one * size);
    return transfer->body.failed ? 0 : one * size;   /* 0: the transfer ends */
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *watch)
{
    (void)easy;
    struct http_fetcher *fetcher = context;
    struct event *event = watch;
    if (event)
        event_free(event);
    event = NULL;
    if (what != CURL_POLL_REMOVE) {
        short kind = (short)((what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);
        event = event_new(fetcher->base, fd, kind, on_ready, fetcher);
        if (!event || event_add(event, NULL) != 0)
            return -1;
    }
    curl_multi_assign(fetcher->multi, fd, event);
    return 0;
}

static int on_wait(CURLM *multi, long wait_ms, void *context)
{
    (void)multi;
    struct http_fetcher *fetcher = context;
    struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    if (wait_ms < 0)
        event_del(fetcher->timer);
    else
        event_add(fetcher->timer, &wait);
    return 0;
}

static void on_ready(evutil_socket_t fd, short what, void *context)
{
    struct http_fetcher *fetcher = context;
    int running, flags = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(fetcher->multi, fd, flags, &running);
    collect(fetcher);
}

static void on_time(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct http_fetcher *fetcher = context;
    int running;
    curl_multi_socket_action(fetcher->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(fetcher);
}

static void collect(struct http_fetcher *fetcher)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(fetcher->multi, &left));) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct transfer *transfer = NULL;
        long status = 0;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        if (code == CURLE_OK)
            curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        const struct http_fetch_answer answer = {
            .status = (int)status,
            .body = transfer->body.data ? (const char *)transfer->body.data : "",
            .size = transfer->body.size,
            .problem = problem_of(transfer, code),
        };
        transfer->done(transfer->context, &answer);
        end_transfer(fetcher, transfer);
    }
}

static void end_transfer(struct http_fetcher *fetcher, struct transfer *transfer)
{
    if (transfer->previous)
        transfer->previous->next = transfer->next;
    else
        fetcher->first = transfer->next;
    if (transfer->next)
        transfer->next->previous = transfer->previous;
    if (transfer->easy) {
        curl_multi_remove_handle(fetcher->multi, transfer->easy);   /* one that was never added is accepted */
        curl_easy_cleanup(transfer->easy);
    }
    curl_slist_free_all(transfer->headers);
    byte_buffer_fini(&transfer->body);
    free(transfer);
}
