// SPDX-License-Identifier: Apache-2.0
/*
 * nobody: a peer that acknowledges at once and keeps nothing. Prints, for the centre and the provinces, what each item
 * must hold when all was sent: tiendo's figures are compared with these.
 */
#include <stdio.h>

#include "tests/bench/peers/frame.h"

enum { PROVINCE_LINE = 2 }; /* a province, the centre */

static size_t owed[1024]; /* by client */

static void open_client(struct frame *c, struct frame_client *client)
{
	(void)c, (void)client;
}

static void encode(struct frame *c, struct frame_client *client, const struct frame_update *u, struct buffer *out)
{
	(void)client;
	for (uint32_t i = 0; i < c->o.batch; i++)
		buffer_put_bytes(out, u[i].blob);
}

static void send_batch(struct frame *c, struct frame_client *client, struct frame_batch *batch)
{
	(void)c, (void)batch;
	owed[client->number]++;
}

static void turn(struct frame *c)
{
	for (uint32_t i = 0; i < c->o.clients; i++)
		for (; owed[i]; owed[i]--)
			frame_acked(c, &c->clients[i]);
}

static void print_unit(const struct country *country, uint32_t unit)
{
	printf("%s\"%s\":{", unit ? "," : "", country->world.units[unit].code);
	for (uint32_t i = 0; i < country->items_n; i++) {
		const struct country_sums *s = &country->sums[(size_t)unit * country->items_n + i];
		printf("%s\"%s\":[%lld,%lld,%lld]", i ? "," : "", country->items[i].code, (long long)s->reported,
		       (long long)s->numerator, (long long)s->denominator);
	}
	printf("}");
}

static void check(struct frame *c)
{
	printf(",\"sums\":{");
	for (uint32_t unit = 0; unit < c->country.units_n; unit++)
		if (c->country.units[unit].n <= PROVINCE_LINE)
			print_unit(&c->country, unit);
	printf("}");
}

static const char *const modes[] = {"sums", NULL};

const struct frame_peer frame_peer = {
	.modes = modes, .open = open_client, .encode = encode, .send = send_batch, .turn = turn, .check = check};
