/* SPDX-License-Identifier: Apache-2.0 */
#include "pending.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* Which of a request's two timers a node is: the low bit of its order. */
enum { TIMER_LIMIT = 0, TIMER_RETRY = 1 };

static struct pending_request *slot_at(const struct pending *pending, uint32_t index);
static struct pending_request *fresh_slot(struct pending *pending);
static struct pending_list *list_of(struct pending *pending, enum pending_state state);
static void move(struct pending *pending, struct pending_request *request, enum pending_state to);
static void list_append(struct pending_list *list, struct pending_request *request);
static void list_prepend(struct pending_list *list, struct pending_request *request);
static void list_remove(struct pending_list *list, struct pending_request *request);
static uint64_t timer_order(const struct pending_request *request, uint64_t kind);

lw_status pending_init(struct pending *pending, uint32_t max, uint64_t now_ms)
{
    *pending = (struct pending){0};
    if (max == 0 || max > PENDING_MAX)
        return LW_INVALID;
    pending->blocks = calloc((max + PENDING_BLOCK - 1) >> PENDING_BLOCK_SHIFT, sizeof *pending->blocks);
    if (!pending->blocks)
        return LW_NO_MEMORY;
    pending->max = max;
    while ((1u << pending->ticket_shift) < max)
        pending->ticket_shift++;
    timer_wheel_init(&pending->timers, now_ms);
    return LW_OK;
}

void pending_fini(struct pending *pending)
{
    for (uint32_t i = 0; i < pending->fresh; i++)
        byte_buffer_fini(&slot_at(pending, i)->frame);
    for (uint32_t i = 0; i < pending->fresh; i += PENDING_BLOCK)
        free(pending->blocks[i >> PENDING_BLOCK_SHIFT]);
    free(pending->blocks);
    *pending = (struct pending){0};
}

struct pending_request *pending_new(struct pending *pending)
{
    struct pending_request *request = pending->free.first;
    if (request)
        list_remove(&pending->free, request);
    else
        request = fresh_slot(pending);
    if (!request)
        return NULL;
    request->ticket = ++pending->last_number << pending->ticket_shift | request->index;
    request->tag = (struct pending_tag){0};
    request->retry_after_ms = 0;
    request->busy_reason[0] = '\0';
    pending->count++;
    return request;
}

struct pending_request *pending_find(const struct pending *pending, uint64_t ticket)
{
    uint64_t index = ticket & ((UINT64_C(1) << pending->ticket_shift) - 1);
    if (ticket == 0 || index >= pending->fresh)
        return NULL;
    struct pending_request *request = slot_at(pending, (uint32_t)index);
    return request->ticket == ticket ? request : NULL;
}

void pending_free(struct pending *pending, struct pending_request *request)
{
    assert(request->ticket != 0);
    assert(pending->count > 0);

    timer_wheel_cancel(&pending->timers, &request->limit);
    timer_wheel_cancel(&pending->timers, &request->retry);
    move(pending, request, PENDING_FREE);
    request->ticket = 0;
    pending->count--;
    if (request->frame.capacity > PENDING_BUFFER_KEEP) {
        byte_buffer_fini(&request->frame);
        byte_buffer_init(&request->frame, WIRE_CONTROL_FRAME_SIZE_MAX);
    } else {
        byte_buffer_clear(&request->frame);
    }
}

void pending_queue(struct pending *pending, struct pending_request *request, uint64_t now_ms, uint32_t time_limit_ms)
{
    assert(request->state == PENDING_FREE);
    assert(request->ticket != 0);

    if (time_limit_ms != 0)
        timer_wheel_set(&pending->timers, &request->limit, now_ms + time_limit_ms, timer_order(request, TIMER_LIMIT));
    move(pending, request, PENDING_QUEUED);
}

struct pending_request *pending_peek_queued(const struct pending *pending)
{
    return pending->queued.first;
}

void pending_mark_sent(struct pending *pending, struct pending_request *request, uint64_t now_ms)
{
    assert(request->state == PENDING_QUEUED || request->state == PENDING_SENT);

    request->sent_ms = now_ms;
    move(pending, request, PENDING_SENT);
}

struct pending_request *pending_peek_sent(const struct pending *pending)
{
    return pending->sent.first;
}

void pending_back_off(struct pending *pending, struct pending_request *request, uint64_t now_ms,
                      uint32_t retry_after_ms, const char *reason)
{
    if (retry_after_ms < PENDING_RETRY_MIN_MS)
        retry_after_ms = PENDING_RETRY_MIN_MS;
    if (retry_after_ms > PENDING_RETRY_MAX_MS)
        retry_after_ms = PENDING_RETRY_MAX_MS;
    request->retry_after_ms = retry_after_ms;
    snprintf(request->busy_reason, sizeof request->busy_reason, "%s", reason);
    timer_wheel_cancel(&pending->timers, &request->retry);
    timer_wheel_set(&pending->timers, &request->retry, now_ms + retry_after_ms, timer_order(request, TIMER_RETRY));
    move(pending, request, PENDING_BACKED_OFF);
}

void pending_requeue_sent(struct pending *pending)
{
    struct pending_list sent = pending->sent;
    if (!sent.first)
        return;
    for (struct pending_request *request = sent.first; request; request = request->next)
        request->state = PENDING_QUEUED;
    sent.last->next = pending->queued.first;
    if (pending->queued.first)
        pending->queued.first->previous = sent.last;
    else
        pending->queued.last = sent.last;
    pending->queued.first = sent.first;
    pending->sent = (struct pending_list){0};
    pending->sent_count = 0;
}

static void give_up(struct pending *pending, struct pending_request *request, uint64_t now_ms)
{
    timer_wheel_cancel(&pending->timers, &request->retry);
    timer_wheel_cancel(&pending->timers, &request->limit);
    timer_wheel_set(&pending->timers, &request->limit, now_ms, timer_order(request, TIMER_LIMIT));
    if (request->state == PENDING_QUEUED)
        move(pending, request, PENDING_BACKED_OFF);
}

void pending_give_up(struct pending *pending, enum wire_type type, uint64_t now_ms)
{
    struct pending_request *next;
    for (struct pending_request *request = pending->backed_off.first; request; request = next) {
        next = request->next;
        if (request->tag.type == type)
            give_up(pending, request, now_ms);
    }
    for (struct pending_request *request = pending->queued.first; request; request = next) {
        next = request->next;
        if (request->tag.type == type)
            give_up(pending, request, now_ms);
    }
}

struct pending_request *pending_take_expired(struct pending *pending, uint64_t now_ms)
{
    struct timer_node *node;
    while ((node = timer_wheel_take(&pending->timers, now_ms)) != NULL) {
        uint64_t ticket = node->order >> 1;
        struct pending_request *request = pending_find(pending, ticket);
        assert(request);
        if ((node->order & 1) == TIMER_LIMIT)
            return request;
        move(pending, request, PENDING_QUEUED);
    }
    return NULL;
}

uint64_t pending_next_ms(const struct pending *pending)
{
    return timer_wheel_next_ms(&pending->timers);
}

static struct pending_request *slot_at(const struct pending *pending, uint32_t index)
{
    return &pending->blocks[index >> PENDING_BLOCK_SHIFT][index & (PENDING_BLOCK - 1)];
}

/* A slot that was never used; NULL: there is none, or no memory for its block. */
static struct pending_request *fresh_slot(struct pending *pending)
{
    if (pending->fresh == pending->max)
        return NULL;
    struct pending_request **block = &pending->blocks[pending->fresh >> PENDING_BLOCK_SHIFT];
    if ((pending->fresh & (PENDING_BLOCK - 1)) == 0)
        *block = calloc(PENDING_BLOCK, sizeof **block);
    if (!*block)
        return NULL;
    struct pending_request *request = slot_at(pending, pending->fresh);
    request->index = pending->fresh++;
    byte_buffer_init(&request->frame, WIRE_CONTROL_FRAME_SIZE_MAX);
    return request;
}

static struct pending_list *list_of(struct pending *pending, enum pending_state state)
{
    switch (state) {
    case PENDING_FREE: return &pending->free;
    case PENDING_QUEUED: return &pending->queued;
    case PENDING_SENT: return &pending->sent;
    case PENDING_BACKED_OFF: return &pending->backed_off;
    }
    return NULL;
}

/* The only place where a request changes its list. A new request is free and in none. */
static void move(struct pending *pending, struct pending_request *request, enum pending_state to)
{
    if (request->state == PENDING_SENT)
        pending->sent_count--;
    if (request->state != PENDING_FREE)
        list_remove(list_of(pending, request->state), request);
    if (to == PENDING_SENT)
        pending->sent_count++;
    request->state = to;
    if (to == PENDING_FREE)
        list_prepend(&pending->free, request);   /* its memory is warm: the next to be used */
    else
        list_append(list_of(pending, to), request);
}

static void list_append(struct pending_list *list, struct pending_request *request)
{
    request->next = NULL;
    request->previous = list->last;
    if (list->last)
        list->last->next = request;
    else
        list->first = request;
    list->last = request;
}

static void list_prepend(struct pending_list *list, struct pending_request *request)
{
    request->previous = NULL;
    request->next = list->first;
    if (list->first)
        list->first->previous = request;
    else
        list->last = request;
    list->first = request;
}

static void list_remove(struct pending_list *list, struct pending_request *request)
{
    if (request->previous)
        request->previous->next = request->next;
    else
        list->first = request->next;
    if (request->next)
        request->next->previous = request->previous;
    else
        list->last = request->previous;
    request->next = request->previous = NULL;
}

/* Tickets stay below 2^63 for longer than any process runs. */
static uint64_t timer_order(const struct pending_request *request, uint64_t kind)
{
    return request->ticket << 1 | kind;
}
