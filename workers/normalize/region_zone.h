/* SPDX-License-Identifier: Apache-2.0
 *
 * region_zone - the time zone of a region, where it has one, as ICU knows it.
 *
 * Zones of a region that keep the same time (Germany's two) are one. Of a region with several (Spain, the United States) none is
 * told: a number does not say where in it somebody is, and a wrong hour is worse than none. Threads: one owner; looked up once a region.
 */
#ifndef REGION_ZONE_H
#define REGION_ZONE_H

/* "Europe/Rome"; "": several, or the region (ISO 3166-1 alpha-2) is not known. Static. */
const char *region_zone(const char *region);

#endif
