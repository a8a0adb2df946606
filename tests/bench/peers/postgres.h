// SPDX-License-Identifier: Apache-2.0
/*
 * postgres: the tables and statements. Cells and sums stand in the tables from the start, so that every update finds
 * its row. What a unit without units below it reports of a leaf is no sum: it stands in its cell (`own`). `was_*` keep
 * what a cell held before, for RETURNING tells only what it holds now. `fillfactor` leaves room for the new version of
 * a row on its page, so that no index is touched.
 */
#ifndef TIENDO_TESTS_BENCH_PEERS_POSTGRES_H
#define TIENDO_TESTS_BENCH_PEERS_POSTGRES_H

static const char postgres_tables[] =
	"CREATE TABLE unit_above (unit int4, above int4, own bool);"
	"CREATE TABLE item_above (item int4, above int4, own bool);"
	"CREATE TABLE cells (cell int4, unit int4, item int4, reported int4 DEFAULT 0, numerator int8 DEFAULT 0,"
	" denominator int8 DEFAULT 0, as_of int4 DEFAULT 0, note text, was_reported int4 DEFAULT 0,"
	" was_numerator int8 DEFAULT 0, was_denominator int8 DEFAULT 0) WITH (fillfactor = 40);"
	"CREATE TABLE sums (sum int4, reported int8 DEFAULT 0, numerator int8 DEFAULT 0, denominator int8 DEFAULT 0)"
	" WITH (fillfactor = 30);"
	"CREATE TABLE marks (client int4 PRIMARY KEY, seq int8) WITH (fillfactor = 10);"
	"CREATE TABLE log (blob bytea);"
	"CREATE TABLE shape (items int4);"
	"CREATE FUNCTION make(units int, leaves int, items int) RETURNS void LANGUAGE sql BEGIN ATOMIC"
	" INSERT INTO shape VALUES (items);"
	" INSERT INTO marks SELECT n, 0 FROM generate_series(0, 999) n;"
	" INSERT INTO cells (cell, unit, item) SELECT n, n / leaves, n % leaves FROM generate_series(0, units * leaves - 1) n;"
	" INSERT INTO sums (sum) SELECT generate_series(0, units * items - 1); END;"
	"CREATE INDEX ON unit_above (unit); CREATE INDEX ON item_above (item);"
	"ALTER TABLE cells ADD PRIMARY KEY (cell); ALTER TABLE sums ADD PRIMARY KEY (sum);"
	"CREATE EXTENSION pg_prewarm;";

static const char postgres_warm[] =
	"SELECT pg_prewarm('cells'), pg_prewarm('sums'), pg_prewarm('cells_pkey'), pg_prewarm('sums_pkey')";

/* $1.. cell, numerator, denominator, as-of, note; who sent, up to which number. */
#define POSTGRES_CELLS \
	"WITH u AS (SELECT * FROM unnest($1::int4[], $2::int8[], $3::int8[], $4::int4[], $5::text[])" \
	"  AS t(cell, numerator, denominator, as_of, note))," \
	"marked AS (UPDATE marks m SET seq = x.seq FROM (SELECT client, max(seq) AS seq FROM unnest($6::int4[], $7::int8[])" \
	"  AS t(client, seq) GROUP BY client) x WHERE m.client = x.client)," \
	"done AS (UPDATE cells c SET reported = 1, numerator = u.numerator, denominator = u.denominator, as_of = u.as_of," \
	"  note = u.note, was_reported = c.reported, was_numerator = c.numerator, was_denominator = c.denominator" \
	"  FROM u WHERE c.cell = u.cell AND c.as_of <= u.as_of RETURNING c.unit, c.item, 1 - c.was_reported AS r," \
	"  c.numerator - c.was_numerator AS n, c.denominator - c.was_denominator AS d),"
/* Every transaction takes the sums in the same order, so none waits for another in a ring; the country's, which all want, last. */
#define POSTGRES_SUMS \
	"UPDATE sums s SET reported = s.reported + x.r, numerator = s.numerator + x.n, denominator = s.denominator + x.d " \
	"FROM delta x WHERE s.sum = x.sum"

static const char postgres_rollup[] = POSTGRES_CELLS
	"delta AS (SELECT ua.above * (SELECT items FROM shape) + ia.above AS sum, sum(r)::int8 AS r, sum(n)::int8 AS n,"
	"  sum(d)::int8 AS d FROM done JOIN unit_above ua USING (unit) JOIN item_above ia USING (item)"
	"  WHERE NOT (ua.own AND ia.own) GROUP BY 1 ORDER BY 1 DESC)"
	POSTGRES_SUMS;

static const char postgres_units[] = POSTGRES_CELLS
	"delta AS (SELECT ua.above * (SELECT items FROM shape) + item AS sum, sum(r)::int8 AS r, sum(n)::int8 AS n,"
	"  sum(d)::int8 AS d FROM done JOIN unit_above ua USING (unit) WHERE NOT ua.own GROUP BY 1 ORDER BY 1 DESC)" POSTGRES_SUMS;

static const char postgres_log[] = "INSERT INTO log SELECT unnest($1::bytea[])";

#define POSTGRES_OWN "SELECT unit, c.item, c.reported, numerator, denominator FROM cells c JOIN unit_above ua USING (unit) WHERE own"
static const char postgres_read[] =
	"SELECT sum / items, sum % items, reported, numerator, denominator FROM sums, shape WHERE reported > 0"
	" UNION ALL " POSTGRES_OWN " AND c.reported > 0";
static const char postgres_read_units[] =
	"SELECT unit, ia.above, sum(reported), sum(numerator), sum(denominator) FROM (SELECT sum / items AS unit, sum % items AS item,"
	"  reported, numerator, denominator FROM sums, shape WHERE reported > 0 UNION ALL " POSTGRES_OWN " AND c.reported > 0) f"
	" JOIN item_above ia USING (item) GROUP BY 1, 2";

#endif
