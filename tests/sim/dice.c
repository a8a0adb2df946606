// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/dice.h"

#include <sodium.h>
#include <string.h>

static uint64_t world, product; /* two streams: a key more does not change what happens next */

/* splitmix64 */
static uint64_t mix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static const char *name(void)
{
	return "sim";
}

static uint32_t random32(void)
{
	return (uint32_t)mix(&product);
}

static void fill(void *const out, const size_t size)
{
	for (size_t at = 0; at < size; at += 8) {
		uint64_t n = mix(&product);
		memcpy((uint8_t *)out + at, &n, size - at < 8 ? size - at : 8);
	}
}

void dice_install(void)
{
	static randombytes_implementation ours = {
		.implementation_name = name, .random = random32, .buf = fill};

	randombytes_set_implementation(&ours);
}

void dice_seed(uint64_t seed)
{
	world = seed * UINT64_C(0x5851f42d4c957f2d) + 1;
	product = ~world;
}

uint64_t dice_next(void)
{
	return mix(&world);
}

uint64_t dice_below(uint64_t bound)
{
	return bound ? mix(&world) % bound : 0;
}

bool dice_percent(unsigned percent)
{
	return dice_below(100) < percent;
}

bool dice_one_in(unsigned n)
{
	return dice_below(n) == 0;
}
