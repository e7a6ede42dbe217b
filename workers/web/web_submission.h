/* SPDX-License-Identifier: Apache-2.0
 *
 * web_submission - one POST /in/{source} from its bytes to its answer.
 */
#ifndef WEB_SUBMISSION_H
#define WEB_SUBMISSION_H

#include "http_worker.h"

/* The handle function of struct http_worker_plan. */
void web_handle(struct http_worker *worker, struct worker_rules *rules, struct http_call *call);

#endif
