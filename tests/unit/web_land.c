// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/web_land.h"

#include <assert.h>
#include <string.h>

static const char UNITS[] =
	"code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n"
	"VN,,central,,state,Việt Nam,,,,,,\n"
	"40,VN,province,tỉnh,state,Tỉnh Nghệ An,Nghe An Province,Chủ tịch,vp@tinh.example,,,\n"
	"412,40,district,thành phố,state,Thành phố Vinh,,Chủ tịch,,,,\n"
	"413,40,district,huyện,state,Huyện Hoà Bình,,Chủ tịch,,,,\n"
	"414,40,district,huyện,state,Huyện cũ,,Chủ tịch,,,2023-01-01,\n"
	"16702,412,commune,phường,state,Phường Đông Vĩnh,,Chủ tịch,,,,\n"
	"16703,412,commune,xã,state,Xã Tân Thành,,Chủ tịch,,,,\n"
	"38,VN,province,tỉnh,state,Tỉnh Thanh Hoá,,Chủ tịch,,,,\n";
static const char GROUPS[] = "group,use,name,name_en,unit,from,to\n"
			     "DIEM,pilot,Điểm,Pilots,412,,\nDIEM,pilot,Điểm,Pilots,413,,\nXA,pilot,Xã,,16702,,2024-01-01\nXA,pilot,Xã,,16703,2024-01-02,\n";
static const char ITEMS[] =
	"code,parent,owner,kind,name,lead,person,start,due,answer,reporters,measure,aggregate,num_def,den_def,uom,target,direction,bounded\n"
	"KH,,40,plan,Kế hoạch 87,,,,,,,,,,,,,,\n"
	"KH.G,KH,,group,Nhóm,,,,,,,,,,,,,,\n"
	"KH.T,KH.G,,task,Ban hành,412,Ông A,2024-01-02,2024-06-30,lead,,,,,,,,,\n"
	"KH.R,KH,,ratio,Căn cước,40,Bà B,2024-01-02,2024-12-31,all,kind:commune@412,stock,sum,đã cấp,dân số,,50%,higher,yes\n"
	"KH.C,KH,,count,Hồ sơ,40,Bà C,2024-01-02,2024-12-31,all,kind:district@40,flow,sum,,,hồ sơ,100,higher,\n";

void web_land_open(struct web_land *l)
{
	struct builder *b = builder_new();
	struct faults faults = {0};

	*l = (struct web_land){.version = 10, .g = {.incarnation = {0xab}, .fold_version = 2, .entry = 3}};
	assert(builder_csv(b, "units.csv", UNITS, strlen(UNITS), &faults));
	assert(builder_csv(b, "groups.csv", GROUPS, strlen(GROUPS), &faults));
	assert(builder_csv(b, "items.csv", ITEMS, strlen(ITEMS), &faults));
	l->atlas.catalogue = catalogue_build(b, false, &faults);
	assert(l->atlas.catalogue);
	builder_free(b);
	faults_free(&faults);
	l->mirror = mirror_new();
	mirror_meet(l->mirror, &l->g);
	mirror_complete(l->mirror, &l->g, 3);
	l->tally = web_tally_new();
}

void web_land_close(struct web_land *l)
{
	web_tally_free(l->tally);
	mirror_free(l->mirror);
	catalogue_free(l->atlas.catalogue);
}

struct web_view web_land_view(const struct web_land *l)
{
	return (struct web_view){.atlas = &l->atlas, .mirror = l->mirror, .sight = {.generation = l->g, .today = {20240402}, .simulated = true},
				 .time = {1712019600000}, .root = "VN", .version = l->version, .picture = l->picture, .clients = 3, .tally = l->tally};
}

struct place web_land_place(const struct web_land *l, const char *code)
{
	struct place p;

	assert(atlas_place(&l->atlas, code, (struct date){20240402}, &p));
	return p;
}

uint32_t web_land_index(const struct web_land *l, const char *item)
{
	uint32_t i = catalogue_item_by_code(l->atlas.catalogue, item);

	assert(i != NO_INDEX);
	return i;
}

uint32_t web_land_number(const struct web_land *l, const char *item)
{
	return catalogue_item(l->atlas.catalogue, web_land_index(l, item))->row.number;
}

struct mirror_grain web_land_grain(struct web_land *l, const char *path, const struct mirror_rollup *r, size_t n)
{
	uint64_t before = l->version++;

	return (struct mirror_grain){.path = path, .plan = web_land_number(l, "KH"), .version = l->version, .previous = before, .rollups = r, .n = n};
}

void web_land_page(struct web_land *l, const struct mirror_grain *grain)
{
	assert(mirror_page(l->mirror, &l->g, grain) == MIRROR_APPLIED);
}

struct mirror_rollup web_land_ratio(const struct web_land *l, int64_t numerator, int64_t denominator, uint32_t reported, uint32_t expected)
{
	return (struct mirror_rollup){
		.item = web_land_number(l, "KH.R"),
		.rollup = {.version = l->version + 1, .numerator = numerator, .denominator = denominator, .summed = reported,
			   .indicators = {.unreported = expected - reported, .value = reported}, .has_target = true, .target = 5000}};
}
