/* SPDX-License-Identifier: Apache-2.0
 *
 * adf_lead - what an ADF prospect says, as fields and attributes of a lead.
 */
#ifndef ADF_LEAD_H
#define ADF_LEAD_H

#include "adf_read.h"
#include "lead_builder.h"

#include <stdbool.h>

/* The customer has an email or a phone, as far as it can be told by looks. */
bool adf_names_a_person(const struct adf *adf);
/* Fills in all but the way back when there is none. Warns of what did not fit. */
void adf_fill_lead(const struct adf *adf, struct lead_builder *builder);

/* A date as people write it in ADF ("2008-06-25T8:47:50") -> "2008-06-25T08:47:50", its zone as written; to out[40]. False when
 * it is none. */
bool adf_date_read(const char *text, char out[40]);

#endif
