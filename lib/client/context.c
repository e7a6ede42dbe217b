/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* SCHED_BATCH */
#include "context.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <unistd.h>
#include <zmq.h>

enum { CONTEXT_SOCKETS_MAX = 8192 };   /* load drivers open thousands of reps in one process */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *shared;
static unsigned holders;
static pid_t owner;

static void *make_context(void);

void *context_acquire(void)
{
    pthread_mutex_lock(&lock);
    if (holders > 0 && owner != getpid()) {
        holders = 0;
        shared = NULL;
    }
    if (holders == 0)
        shared = make_context();
    void *context = shared;
    if (context)
        holders++;
    pthread_mutex_unlock(&lock);
    return context;
}

void context_release(void)
{
    void *last = NULL;
    pthread_mutex_lock(&lock);
    if (owner == getpid()) {
        assert(holders > 0);
        if (--holders == 0) {
            last = shared;
            shared = NULL;
        }
    }
    pthread_mutex_unlock(&lock);
    while (last && zmq_ctx_term(last) != 0 && errno == EINTR)
        continue;
}

static void *make_context(void)
{
    void *context = zmq_ctx_new();
    if (!context)
        return NULL;
    zmq_ctx_set(context, ZMQ_IO_THREADS, 1);
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, CONTEXT_SOCKETS_MAX);
    /* Woken by the first of several messages, libzmq's thread need not push the caller's aside: it soon finds them all. */
    (void)zmq_ctx_set(context, ZMQ_THREAD_SCHED_POLICY, SCHED_BATCH);
    owner = getpid();
    return context;
}
