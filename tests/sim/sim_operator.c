// SPDX-License-Identifier: Apache-2.0
/* The centre's making, its operator's commands, its backups. */
#include "tests/sim/sim_centre_inside.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/domain/periods.h"
#include "server/admin.h"
#include "tests/sim/cable.h"
#include "tests/sim/dice.h"
#include "tests/sim/disk.h"
#include "tests/sim/sim_reader.h"
#include "tests/sim/truth.h"
#include "tests/sim/truth_days.h"

enum { BACKUPS = 4, PERIODS = 50 };

static struct disk_image *backups[BACKUPS];
static unsigned backups_n;
static uint32_t enrolled;

/* ---- the catalogue; each load is one of four, so that units and items come, close and change ---- */

#define UNITS                                                                                       \
	"code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n"            \
	"VN,,central,,,Việt Nam,,,,,,\n40,VN,province,,,Nghệ An,,,,,,\n38,VN,province,,,Thanh Hóa,,,,,,\n" \
	"412,40,district,,,Vinh,,,,,,\n413,40,district,,,Diễn Châu,,,,,,\n"                        \
	"41201,412,commune,,,Hưng Lộc,,,,,,\n381,38,district,,,Bỉm Sơn,,,,,,\n"
#define STANDING "CA,40,department,thường trực,sector,Công an tỉnh,,,,,,\n"
#define MILESTONES                                                                                  \
	"item,unit,no,name,date\nKH.1,,1,Mốc 1,2024-01-11\nKH.1,412,2,Mốc 2,2024-01-18\nKH.2,,1,Mốc,2024-01-14\n" \
	"KH.2,413,3,Mốc riêng,2024-01-12\nQG.2,,1,Mốc,2024-01-16\n"
#define ITEMS                                                                                       \
	"code,parent,owner,kind,name,lead,start,due,answer,reporters,measure,num_def,den_def,bounded,"  \
	"target,maximum,schedule\n"                                                                        \
	"KH,,40,plan,Kế hoạch,,,,,,,,,,,,\n"                                                        \
	"KH.1,KH,,task,Việc 1,412,2024-01-02,2024-06-30,lead,,,,,,,,\n"                             \
	"KH.2,KH,,task,Việc 2,40,2024-01-02,2024-01-20,all,kind:district@40,,,,,,,NGAN\n"               \
	"KH.3,KH,,ratio,Tỷ lệ,40,2024-01-02,2024-12-31,all,kind:district@40,stock,a,b,yes,50%%,,iso_week\n" \
	"KH.4,KH,,count,Số lượt,40,2024-01-02,2024-12-31,all,kind:district@40,flow,,,,%s,,NGAN\n"       \
	"KH.6,KH,,count,Lũy kế,40,2024-01-02,2024-12-31,all,kind:commune@40|kind:district@40|-412,ytd,,,,,,NUA\n"      \
	"QG,,VN,plan,Quốc gia,,,,,,,,,,,,\n"                                                        \
	"QG.2,QG,,task,Việc chung,VN,2024-01-02,%s,all,kind:district@VN,,,,,,,\n"                   \
	"QG.3,QG,,ratio,Tỷ lệ chung,VN,2024-01-02,2024-12-31,all,kind:district@VN,stock,a,b,,,,%s\n"  \
	"QG.5,QG,,points,Điểm,VN,2024-01-02,2024-12-31,all,kind:province@VN,stock,,,,,\"18,00\",NGAN\n"
#define SCHEDULES "schedule,kind,first,last,name\nNGAN,once,,,Kỳ ngắn\nNUA,half_month,2024-01b,,Nửa tháng\n"
#define DEADLINES                                                                                   \
	"schedule,unit_kind,working_days\nNGAN,district,1\nNGAN,province,2\nNGAN,central,2\n"           \
	"half_month,district,1\n"
#define HOLIDAYS "date,kind,name\n2024-01-15,off,Nghỉ\n2024-01-13,working,Bù\n2024-02-12,off,Tết\n"
#define GROUPS "group,use,name,name_en,unit,from,to\nDIEM,pilot,Điểm,,412,2024-01-01,\nDIEM,pilot,Điểm,,381,2024-01-01,\n"

/* Periods of one to three days, some with a day between them that belongs to none. */
static void put_periods(struct buffer *out)
{
	int32_t day = truth_day((struct date){20240108});

	buffer_put_text(out, "schedule,period,start,end,name\n");
	for (unsigned n = 1; n <= PERIODS; n++) {
		char from[11], to[11];
		date_format(truth_date(day), from);
		day += (int32_t)(n * 7 % 3);
		date_format(truth_date(day), to);
		day += n % 4 ? 1 : 2;
		buffer_format(out, "NGAN,P%u,%s,%s,Kỳ %u\n", n, from, to, n);
	}
}

static void put_items(struct buffer *out, unsigned which)
{
	buffer_format(out, ITEMS, which % 2 ? "1000" : "", which % 3 ? "2024-03-31" : "2024-01-25",
		      which % 4 == 2 ? "" : "half_month");
	if (which % 4 != 3)
		buffer_format(out, "KH.5,KH,,points,Điểm thêm,40,2024-01-02,2024-12-31,all,kind:district@40,stock,,,,,,%s\n",
			      which % 2 ? "iso_week" : "NGAN");
}

struct buffer sim_centre_catalogue_request(unsigned which)
{
	enum { UNITS_CSV, ITEMS_CSV, GROUPS_CSV, SCHEDULES_CSV, PERIODS_CSV, DEADLINES_CSV, HOLIDAYS_CSV, MILESTONES_CSV, FILES };
	static const char *const names[] = {"units.csv", "items.csv", "groups.csv", "schedules.csv", "periods.csv",
					    "deadlines.csv", "holidays.csv", "milestones.csv"};
	Tiendo__Journal__V1__CatalogueLoad load = TIENDO__JOURNAL__V1__CATALOGUE_LOAD__INIT;
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	struct buffer files[FILES] = {0}, out = {0};
	ProtobufCBinaryData list[FILES];

	buffer_put_text(&files[UNITS_CSV], UNITS);
	if (which % 4 != 2)
		buffer_put_text(&files[UNITS_CSV], "382,38,district,,,Sầm Sơn,,,,,,\n");
	if (which % 4 != 1)
		buffer_put_text(&files[UNITS_CSV], STANDING);
	put_items(&files[ITEMS_CSV], which);
	buffer_put_text(&files[GROUPS_CSV], GROUPS);
	buffer_put_text(&files[SCHEDULES_CSV], SCHEDULES);
	put_periods(&files[PERIODS_CSV]);
	buffer_put_text(&files[DEADLINES_CSV], DEADLINES);
	buffer_put_text(&files[HOLIDAYS_CSV], HOLIDAYS);
	buffer_put_text(&files[MILESTONES_CSV], MILESTONES);
	for (unsigned i = 0; i < FILES; i++)
		list[i] = (ProtobufCBinaryData){files[i].size, files[i].data};
	load.n_names = load.n_files = FILES;
	load.names = (char **)(uintptr_t)names;
	load.files = list;
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CATALOGUE_LOAD;
	m.catalogue_load = &load;
	codec_pack(&m, buffer_reserve(&out, codec_size(&m)));
	for (unsigned i = 0; i < FILES; i++)
		buffer_free(&files[i]);
	return out;
}

/* ---- making ---- */

static void must(int rc, const struct sys_error *error)
{
	if (rc)
		truth_broken("the world cannot be made: %s", error->text);
}

static void offline(struct bytes request)
{
	struct codec_arena arena = codec_arena_new(1 << 18);
	struct buffer reply = {0};

	admin_handle(sim_centre.core, request, &reply);
	const Tiendo__Journal__V1__AdminReply *r =
		codec_unpack(&tiendo__journal__v1__admin_reply__descriptor, reply.data, reply.size, &arena);
	if (!r || !r->ok)
		{
		fprintf(stderr, "%s\n", r ? r->text : "no reply");
		truth_broken("the world cannot be made: see above");
	}
	enrolled = r->principal;
	buffer_free(&reply);
	codec_arena_free(&arena);
}

static void make(void *arg)
{
	struct sim_centre *c = arg;
	struct entry_genesis facts = {.simulated = !c->real, .illustrative = true, .offset_minutes = 420,
				      .name = "sim"};
	const struct core_options options = {.accept_clock = true};
	struct sys_error error = {""};
	enum core_clock_state state;

	keys_random(facts.store, sizeof facts.store);
	keys_random(facts.incarnation, sizeof facts.incarnation);
	must(core_genesis(&c->store, &facts, (struct instant){host_wall(&sim_centre_host)}, &error), &error);
	must(core_open(&c->core, &c->store, &options, &error), &error);
	core_tick(c->core, &state, &error);
	struct buffer request = sim_centre_catalogue_request(0);
	offline(buffer_bytes(&request));
	buffer_free(&request);
}

static void leave(void *arg)
{
	struct sim_centre *c = arg;

	core_close(c->core);
	c->core = NULL;
}

void sim_centre_make(bool real)
{
	struct sim_centre *c = &sim_centre;

	for (unsigned i = 0; i < backups_n; i++)
		disk_image_free(backups[i]);
	backups_n = 0;
	sim_words_reset();
	*c = (struct sim_centre){.real = real, .start_at = host_now, .running = SIM_WRITER,
				 .today = {20240110}};
	keys_pair_new(&sim_centre_keys);
	snprintf(c->store.dir, sizeof c->store.dir, "centre");
	snprintf(c->store.conf.clock, sizeof c->store.conf.clock, "%s", real ? "real" : "file:sim");
	c->store.lock = -1;
	c->store.key = sim_centre_keys;
	keys_random(c->store.receipt_key, sizeof c->store.receipt_key);
	if (!host_run(&sim_centre_host, make, c) || !host_run(&sim_centre_host, leave, c))
		truth_broken("the world died while it was made");
}

static void enrol(void *arg)
{
	const struct core_options options = {.accept_clock = true};
	struct sys_error error = {""};

	must(core_open(&sim_centre.core, &sim_centre.store, &options, &error), &error);
	offline(*(struct bytes *)arg);
	leave(&sim_centre);
}

uint32_t sim_centre_enrol(const char *role, const char *unit, const struct keys_pair *pair)
{
	Tiendo__Journal__V1__AgentAdd add = TIENDO__JOURNAL__V1__AGENT_ADD__INIT;
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	size_t size;

	add.role = (char *)(uintptr_t)role;
	add.unit = (char *)(uintptr_t)unit;
	add.public_key = (ProtobufCBinaryData){KEYS_SIZE, (uint8_t *)(uintptr_t)pair->public_key};
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_AGENT_ADD;
	m.agent_add = &add;
	uint8_t *request = codec_pack_new(&m, &size);
	struct bytes bytes = bytes_of(request, size);
	host_run(&sim_centre_host, enrol, &bytes);
	free(request);
	return enrolled;
}

/* ---- commands to the running one ---- */

static void ask_bytes(struct bytes request)
{
	uint8_t id[4];

	put_u32(id, ++sim_centre.requests);
	const struct bytes frames[] = {bytes_of(id, sizeof id), request};
	cable_pair_put(&sim_centre_host, frames, 2);
}

void sim_centre_ask(const Tiendo__Journal__V1__AdminRequest *m)
{
	size_t size;
	uint8_t *request = codec_pack_new(m, &size);

	ask_bytes(bytes_of(request, size));
	free(request);
}

void sim_centre_catalogue(void)
{
	struct buffer request = sim_centre_catalogue_request(++sim_centre.catalogue);

	host_tell("catalogue %u is loaded", sim_centre.catalogue % 4);
	sim_centre_counts.catalogues++;
	ask_bytes(buffer_bytes(&request));
	buffer_free(&request);
}

static void ask_registry(Tiendo__Journal__V1__RegistryBody *body)
{
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_REGISTRY;
	m.registry = body;
	sim_centre_ask(&m);
}

void sim_centre_add_key(uint32_t principal, const struct keys_pair *pair)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__KeyAdd add = TIENDO__JOURNAL__V1__KEY_ADD__INIT, *list = &add;

	add.principal = principal;
	add.public_key = (ProtobufCBinaryData){KEYS_SIZE, (uint8_t *)(uintptr_t)pair->public_key};
	body.n_keys = 1;
	body.keys = &list;
	ask_registry(&body);
}

static const struct roster_key *key_of(const struct keys_pair *pair)
{
	return sim_centre.up ? roster_key_of(core_view(sim_centre.core)->roster, pair->public_key) : NULL;
}

int sim_centre_knows(const struct keys_pair *pair)
{
	const struct roster_key *k = key_of(pair);

	return !k ? 0 : k->revoked ? -1 : 1;
}

void sim_centre_revoke(const struct keys_pair *pair)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__KeyRevoke revoke = TIENDO__JOURNAL__V1__KEY_REVOKE__INIT, *list = &revoke;
	const struct roster_key *k = key_of(pair);

	if (!k || k->revoked)
		return;
	host_tell("key %u is revoked", k->id);
	revoke.key_id = k->id;
	body.n_revoked = 1;
	body.revoked = &list;
	ask_registry(&body);
}

void sim_centre_confirm(void)
{
	Tiendo__Journal__V1__RegistryBody body = TIENDO__JOURNAL__V1__REGISTRY_BODY__INIT;
	Tiendo__Journal__V1__RosterConfirm confirm = TIENDO__JOURNAL__V1__ROSTER_CONFIRM__INIT;

	host_tell("the roster is confirmed");
	body.confirm = &confirm;
	ask_registry(&body);
}

void sim_centre_allow(uint32_t principal)
{
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	Tiendo__Journal__V1__EpochsMore more = TIENDO__JOURNAL__V1__EPOCHS_MORE__INIT;

	more.principal = principal;
	more.more = 8;
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_EPOCHS_MORE;
	m.epochs_more = &more;
	sim_centre_ask(&m);
}

void sim_centre_accept_clock(void)
{
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	Tiendo__Journal__V1__AcceptClock accept = TIENDO__JOURNAL__V1__ACCEPT_CLOCK__INIT;

	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_ACCEPT_CLOCK;
	m.accept_clock = &accept;
	sim_centre_ask(&m);
}

bool sim_centre_locked(void)
{
	return sim_centre.up && core_locked(sim_centre.core);
}

/* ---- backups ---- */

void sim_centre_backup(void)
{
	if (backups_n == BACKUPS) {
		disk_image_free(backups[0]);
		memmove(backups, backups + 1, sizeof *backups * (BACKUPS - 1));
		backups_n--;
	}
	host_tell("a backup of entry %llu", (unsigned long long)truth_head());
	backups[backups_n++] = disk_image(TRUTH_JOURNAL);
}

bool sim_centre_restore(bool marked)
{
	if (!backups_n)
		return false;
	if (sim_centre.up)
		sim_centre_kill(true);
	struct disk_image *from = backups[dice_below(backups_n)];
	uint64_t head = truth_head();
	disk_put_back(TRUTH_JOURNAL, from);
	if (dice_percent(50)) /* else an older or newer view/ stands beside it */
		disk_remove("centre/view");
	if (!marked)
		sim_reader_tainted();
	truth_replaced(!marked);
	sim_centre.marked = marked;
	sim_centre_counts.restores++;
	sim_centre_counts.silent += !marked;
	host_tell("the centre is restored to entry %llu of %llu%s", (unsigned long long)truth_head(),
		  (unsigned long long)head, marked ? "" : ", and nobody tells it");
	return true;
}
