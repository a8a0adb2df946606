// SPDX-License-Identifier: Apache-2.0
/*
 * postgres: PostgreSQL 15 over libpq: prepared statements, binary arrays, pipeline mode; what is sent together is one
 * statement, so one transaction. Modes:
 *   each    every client its own connection, a transaction for each batch: cells, the client's mark, the sums of the
 *           4 x 4 ancestors. Those of the whole country are in every transaction: they take turns
 *   group   one writer for all: what the clients have ready goes into one transaction (at most GROUP batches; two on
 *           the line). The gathering is done in this program: the clients' way to a gatherer costs nothing here
 *   units   as group, but sums along the units only; whoever reads adds up the items
 *   log     as group, but only kept, in a table without an index
 *   make    makes the tables, and ends
 */
#include "tests/bench/peers/postgres.h"

#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/peers/frame.h"

enum { WRITERS = 2, GROUP = 100, ON_LINE = 2, ARRAYS = 7, ONE_D_HEAD = 20 };
enum { TYPE_BYTEA = 17, TYPE_INT8 = 20, TYPE_INT4 = 23, TYPE_TEXT = 25 };

/* The columns of a batch, in the order of the statement's parameters. */
static const struct column {
	uint32_t type, array;
	bool each_batch; /* one value for a batch: who, and up to where */
} columns[ARRAYS] = {{TYPE_INT4, 1007, false}, {TYPE_INT8, 1016, false}, {TYPE_INT8, 1016, false},
		     {TYPE_INT4, 1007, false}, {TYPE_TEXT, 1009, false}, {TYPE_INT4, 1007, true},
		     {TYPE_INT8, 1016, true}};
static const struct column log_column = {TYPE_BYTEA, 1001, false};

struct share { /* a batch in a transaction */
	struct frame_client *client;
	struct frame_batch *batch;
};

struct line { /* one connection */
	PGconn *conn;
	struct share ready[GROUP * 8]; /* a ring, from `taken` to `added` */
	size_t taken, added;
	size_t groups[ON_LINE], groups_n; /* batches of each transaction on the line */
	size_t acked;			  /* behind taken: those on the line */
};

static struct line writers[WRITERS]; /* of all modes but each */
static char address[64];

/* ---- connections ---- */

static PGresult *must(PGconn *conn, PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		world_fail("postgres: %s", PQerrorMessage(conn));
	return r;
}

static PGconn *connect_to(void)
{
	PGconn *conn = PQconnectdb(address);

	if (PQstatus(conn) != CONNECTION_OK)
		world_fail("postgres: %s", PQerrorMessage(conn));
	return conn;
}

static void open_line(const struct frame *c, struct line *line)
{
	const char *sql = frame_mode(c, "log")	   ? postgres_log
			  : frame_mode(c, "units") ? postgres_units
						   : postgres_rollup;

	line->conn = connect_to();
	PQclear(must(line->conn, PQprepare(line->conn, "take", sql, 0, NULL)));
	if (!PQenterPipelineMode(line->conn) || PQsetnonblocking(line->conn, 1))
		world_fail("postgres: %s", PQerrorMessage(line->conn));
}

static void put_copy(PGconn *conn, const char *text, size_t size)
{
	if (PQputCopyData(conn, text, (int)size) != 1 || PQputCopyEnd(conn, NULL) != 1)
		world_fail("postgres: %s", PQerrorMessage(conn));
	PQclear(must(conn, PQgetResult(conn)));
	PQclear(PQgetResult(conn));
}

/* `own`: what stands in a cell already; of items the leaf, of units those with nobody below. */
static void copy_lines(PGconn *conn, const char *table, const struct country_line *lines, size_t stride, size_t n,
		       bool units)
{
	struct buffer b = {0};
	char sql[64];

	snprintf(sql, sizeof sql, "COPY %s FROM STDIN", table);
	for (size_t i = 0; i < n; i++) {
		const struct country_line *l = (const void *)((const char *)lines + i * stride);
		bool last = !units || i + 1 == n || lines[i + 1].n <= l->n;
		for (uint16_t k = 0; k < l->n; k++)
			buffer_format(&b, "%u\t%u\t%c\n", l->of[0], l->of[k], last && !k ? 't' : 'f');
	}
	PQclear(PQexec(conn, sql));
	put_copy(conn, (const char *)b.data, b.size);
	buffer_free(&b);
}

static void make(const struct frame *c)
{
	PGconn *conn = connect_to();
	char sql[256];

	PQclear(must(conn, PQexec(conn, postgres_tables)));
	copy_lines(conn, "unit_above", c->country.units, sizeof *c->country.units, c->country.units_n, true);
	copy_lines(conn, "item_above", &c->country.items[0].line, sizeof *c->country.items, c->country.leaves_n,
		   false);
	snprintf(sql, sizeof sql, "SELECT make(%u, %u, %u)", c->country.units_n, c->country.leaves_n,
		 c->country.items_n);
	PQclear(must(conn, PQexec(conn, sql)));
	PQclear(must(conn, PQexec(conn, "VACUUM (FREEZE, ANALYZE)")));
	PQfinish(conn);
	exit(0);
}

static void start(struct frame *c)
{
	snprintf(address, sizeof address, "host=127.0.0.1 port=%u user=bench dbname=postgres", c->o.port);
	if (frame_mode(c, "make"))
		make(c);
	PGconn *conn = connect_to();
	PQclear(must(conn, PQexec(conn, postgres_warm)));
	PQfinish(conn);
	if (frame_mode(c, "each"))
		return;
	for (size_t i = 0; i < WRITERS; i++) {
		open_line(c, &writers[i]);
		frame_watch(c, PQsocket(writers[i].conn), NULL);
	}
}

static void open_client(struct frame *c, struct frame_client *client)
{
	client->own = &writers[client->walk.agent->first % WRITERS]; /* those of one province have the same */
	if (!frame_mode(c, "each"))
		return;
	struct line *line = base_alloc(sizeof *line);
	open_line(c, line);
	client->own = line;
	client->fd = PQsocket(line->conn);
}

/* ---- batches: for each column its elements, length first, as they stand in a binary array ---- */

static void put_value(struct buffer *out, uint32_t type, uint64_t value)
{
	buffer_put_u32(out, type == TYPE_INT4 ? 4 : 8);
	if (type == TYPE_INT4)
		buffer_put_u32(out, (uint32_t)value);
	else
		buffer_put_u64(out, value);
}

static void put_text(struct buffer *out, const void *text, size_t size)
{
	buffer_put_u32(out, (uint32_t)size);
	buffer_put(out, text, size);
}

static void put_element(const struct frame_client *client, const struct frame_update *u, size_t column,
			struct buffer *out)
{
	const uint64_t values[ARRAYS] = {u->figure.cell,
					 (uint64_t)u->figure.numerator,
					 (uint64_t)u->figure.denominator,
					 u->update.as_of.ymd,
					 0,
					 client->number,
					 u->update.seq};

	if (columns[column].type == TYPE_TEXT)
		put_text(out, u->update.note, strlen(u->update.note));
	else
		put_value(out, columns[column].type, values[column]);
}

/* Each column behind its size, so that the columns of several batches can be put together. */
static void encode(struct frame *c, struct frame_client *client, const struct frame_update *u, struct buffer *out)
{
	bool log = frame_mode(c, "log");

	for (size_t k = 0; k < (log ? 1 : ARRAYS); k++) {
		size_t at = out->size;
		buffer_put_u32(out, 0);
		for (uint32_t i = columns[k].each_batch ? c->o.batch - 1 : 0; i < c->o.batch; i++) {
			if (log)
				put_text(out, u[i].blob.data, u[i].blob.size);
			else
				put_element(client, &u[i], k, out);
		}
		put_u32(out->data + at, (uint32_t)(out->size - at - 4));
	}
}

static void put_array_head(struct buffer *out, const struct column *column, size_t n)
{
	buffer_put_u32(out, 1);
	buffer_put_u32(out, 0);
	buffer_put_u32(out, column->type);
	buffer_put_u32(out, (uint32_t)n);
	buffer_put_u32(out, 1);
}

static void next_column(struct share *s, size_t k, struct buffer *out)
{
	const uint8_t *p = s->client->bytes.data + s->batch->at;

	while (k--)
		p += 4 + get_u32(p);
	buffer_put(out, p + 4, get_u32(p));
}

/* One transaction of the oldest `n` batches that are ready. */
static void send_group(struct frame *c, struct line *line, size_t n)
{
	static struct buffer arrays[ARRAYS];
	const char *values[ARRAYS];
	int sizes[ARRAYS], binary[ARRAYS], parameters = frame_mode(c, "log") ? 1 : ARRAYS;

	for (int k = 0; k < parameters; k++) {
		const struct column *column = parameters == 1 ? &log_column : &columns[k];
		buffer_clear(&arrays[k]);
		put_array_head(&arrays[k], column, n * (column->each_batch ? 1 : c->o.batch));
		for (size_t i = 0; i < n; i++)
			next_column(&line->ready[(line->taken + i) % (GROUP * 8)], (size_t)k, &arrays[k]);
		values[k] = (const char *)arrays[k].data;
		sizes[k] = (int)arrays[k].size;
		binary[k] = 1;
	}
	line->taken += n;
	line->groups[line->groups_n++] = n;
	if (!PQsendQueryPrepared(line->conn, "take", parameters, values, sizes, binary, 1) ||
	    !PQpipelineSync(line->conn))
		world_fail("postgres: %s", PQerrorMessage(line->conn));
}

static void flush(struct frame *c, struct line *line, struct frame_client *client)
{
	int left = PQflush(line->conn);

	if (left < 0)
		world_fail("postgres: %s", PQerrorMessage(line->conn));
	if (client)
		frame_wants(c, client, left == 1);
}

/* A writer may wait for work: what comes while two transactions are on the line goes into the next. */
static void send_ready(struct frame *c, struct line *line, struct frame_client *client)
{
	size_t limit = client ? 1 : GROUP, on_line = client ? c->o.window : ON_LINE;

	while (line->taken < line->added && line->groups_n < on_line && line->groups_n < ON_LINE) {
		size_t n = line->added - line->taken;
		send_group(c, line, n < limit ? n : limit);
	}
	flush(c, line, client);
}

static void add(struct line *line, struct frame_client *client, struct frame_batch *batch)
{
	if (line->added - line->acked == GROUP * 8)
		world_fail("more batches than there is room for");
	line->ready[line->added++ % (GROUP * 8)] = (struct share){client, batch};
}

static void send_batch(struct frame *c, struct frame_client *client, struct frame_batch *batch)
{
	add(client->own, client, batch);
	if (client->fd >= 0)
		send_ready(c, client->own, client);
}

static void acknowledge(struct frame *c, struct line *line)
{
	size_t n = line->groups[0];

	memmove(line->groups, line->groups + 1, --line->groups_n * sizeof *line->groups);
	while (n--)
		frame_acked(c, line->ready[line->acked++ % (GROUP * 8)].client);
}

static void take_results(struct frame *c, struct line *line)
{
	int empty = 0;

	if (!PQconsumeInput(line->conn))
		world_fail("postgres: %s", PQerrorMessage(line->conn));
	while (line->groups_n && !PQisBusy(line->conn) && empty < 2) {
		PGresult *r = PQgetResult(line->conn);
		empty = r ? 0 : empty + 1;
		if (r && PQresultStatus(r) == PGRES_PIPELINE_SYNC)
			acknowledge(c, line);
		else if (r)
			must(line->conn, r);
		PQclear(r);
	}
}

static void receive(struct frame *c, struct frame_client *client)
{
	take_results(c, client->own);
	send_ready(c, client->own, client);
}

static void turn(struct frame *c)
{
	for (size_t i = 0; i < WRITERS && writers[i].conn; i++) {
		take_results(c, &writers[i]);
		send_ready(c, &writers[i], NULL);
	}
}

/* ---- looking after it ---- */

static int64_t integer(const PGresult *r, int row, int column)
{
	return strtoll(PQgetvalue(r, row, column), NULL, 10);
}

static void compare(struct frame *c, PGconn *conn)
{
	PGresult *r = must(conn, PQexec(conn, frame_mode(c, "units") ? postgres_read_units : postgres_read));

	for (int i = 0; i < PQntuples(r); i++) {
		const struct country_sums s = {integer(r, i, 2), integer(r, i, 3), integer(r, i, 4)};
		uint32_t unit = (uint32_t)integer(r, i, 0);
		if (country_compared(&c->country, unit))
			country_compare(&c->country, unit, (uint32_t)integer(r, i, 1), &s);
	}
	PQclear(r);
	country_all_compared(&c->country);
}

static void check(struct frame *c)
{
	PGconn *conn = connect_to();

	if (frame_mode(c, "log")) {
		PGresult *r = must(conn, PQexec(conn, "SELECT count(*) FROM log"));
		if ((uint64_t)integer(r, 0, 0) != frame_taken(c))
			world_fail("postgres holds %s of %llu", PQgetvalue(r, 0, 0),
				   (unsigned long long)frame_taken(c));
		PQclear(r);
	} else {
		compare(c, conn);
	}
	PQfinish(conn);
}

static const char *const modes[] = {"each", "group", "units", "log", "make", NULL};

const struct frame_peer frame_peer = {.modes = modes,
				      .start = start,
				      .open = open_client,
				      .encode = encode,
				      .send = send_batch,
				      .receive = receive,
				      .turn = turn,
				      .check = check};
