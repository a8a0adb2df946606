// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/power/states.h"

uint64_t states_next(uint64_t *dice)
{
	uint64_t z = *dice += 0x9e3779b97f4a7c15u; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static unsigned sectors_of(uint8_t mask)
{
	return (unsigned)__builtin_popcount(mask);
}

void states_plain(const struct disk *d, uint64_t n[static STATES_CLASSES])
{
	size_t items = disk_pending(d);

	n[STATES_ENDS] = items ? 2 : 1;
	n[STATES_ITEMS] = items > 1 ? 2 * items : 0;
	n[STATES_SECTORS] = 0;
	for (size_t i = 0; i < items; i++)
		if (sectors_of(disk_sectors(d, i)) > 1)
			n[STATES_SECTORS] += 2 * sectors_of(disk_sectors(d, i));
}

static void all(const struct disk *d, struct disk_choice *c, bool present)
{
	for (size_t i = 0; i < disk_pending(d); i++)
		c->sectors[i] = present ? disk_sectors(d, i) : 0;
}

static void turn(const struct disk *d, struct disk_choice *c, size_t item, uint8_t sectors)
{
	c->sectors[item] = (c->sectors[item] ^ sectors) & disk_sectors(d, item);
}

/* The `k`th sector among those of the items that have several. */
static void turn_sector(const struct disk *d, struct disk_choice *c, uint64_t k)
{
	for (size_t i = 0; i < disk_pending(d); i++) {
		unsigned n = sectors_of(disk_sectors(d, i));
		if (n < 2)
			continue;
		if (k < n) {
			turn(d, c, i, (uint8_t)(1u << k));
			return;
		}
		k -= n;
	}
}

void states_choose(const struct disk *d, unsigned class, uint64_t k, struct disk_choice *c)
{
	bool present = k % 2;

	all(d, c, present);
	c->length = (enum disk_length)(k / 2 % 3);
	c->newest_first = false;
	c->filler = k / 6 % 2 ? k + 1 : 0;
	if (class == STATES_ITEMS)
		turn(d, c, k / 2, DISK_WHOLE);
	else if (class == STATES_SECTORS)
		turn_sector(d, c, k / 2);
	else
		c->length = present ? DISK_LENGTH_NEW : DISK_LENGTH_OLD;
}

/* Items in their order up to a point, as a disk without a mind of its own would write them. */
static void up_to(const struct disk *d, struct disk_choice *c, uint64_t *dice)
{
	size_t n = disk_pending(d), last = states_next(dice) % n;

	for (size_t i = 0; i < n; i++)
		c->sectors[i] = i <= last ? disk_sectors(d, i) : 0;
	c->sectors[last] = (uint8_t)states_next(dice) & disk_sectors(d, last);
}

static void any(const struct disk *d, struct disk_choice *c, uint64_t *dice)
{
	static const unsigned odds[] = {2, 13, 128, 243, 254}; /* of 256 */
	unsigned present = odds[states_next(dice) % 5], torn = odds[states_next(dice) % 4];

	for (size_t i = 0; i < disk_pending(d); i++) {
		c->sectors[i] = states_next(dice) % 256 < present ? disk_sectors(d, i) : 0;
		if (states_next(dice) % 256 < torn)
			c->sectors[i] = (uint8_t)states_next(dice) & disk_sectors(d, i);
	}
}

void states_dice(const struct disk *d, uint64_t seed, struct disk_choice *c)
{
	uint64_t dice = seed;

	c->length = (enum disk_length)(states_next(&dice) % 3);
	c->newest_first = states_next(&dice) % 4 == 0;
	c->filler = states_next(&dice) % 2 ? states_next(&dice) | 1 : 0;
	if (disk_pending(d) && states_next(&dice) % 4 == 0)
		up_to(d, c, &dice);
	else
		any(d, c, &dice);
}
