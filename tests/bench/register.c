// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/register.h"

#include <stdio.h>

#include "common/sys/local.h"
#include "tests/bench/world.h"

enum { MESSAGE_MAX = 1024 * 1024, CALL_MS = 20000 };

static void add(struct local *line, const char *role, const char *unit, struct keys_pair *pair)
{
	Tiendo__Journal__V1__AgentAdd add = TIENDO__JOURNAL__V1__AGENT_ADD__INIT;
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	uint8_t request[512], memory[8192];
	struct codec_arena arena = {.base = memory, .size = sizeof memory};
	struct sys_error error = {""};
	struct bytes answer;

	add.role = (char *)role;
	add.unit = (char *)unit;
	add.name = (char *)"";
	add.public_key = (ProtobufCBinaryData){KEYS_SIZE, pair->public_key};
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_AGENT_ADD;
	m.agent_add = &add;
	if (local_call(line, bytes_of(request, codec_pack(&m, request)), CALL_MS, &answer, &error))
		world_fail("%s", error.text);
	const Tiendo__Journal__V1__AdminReply *r =
		codec_unpack(&tiendo__journal__v1__admin_reply__descriptor, answer.data, answer.size, &arena);
	if (!r || !r->ok)
		world_fail("the agent of %s was not registered: %s", unit, r ? r->text : "an answer that is not understood");
}

int register_world(const char *world, const char *store)
{
	struct sys_error error = {""};
	struct world w;
	char path[1024];
	int code;

	world_read(&w, world);
	snprintf(path, sizeof path, "%s/admin.sock", store);
	struct local *line = local_connect(path, MESSAGE_MAX, &code, &error);
	if (!line)
		world_fail("%s", error.text);
	for (size_t i = 0; i < w.agents_n; i++)
		add(line, "agent", w.agents[i].scope, &w.agents[i].pair);
	for (size_t i = 0; i < w.viewers_n; i++)
		add(line, "viewer", w.units[0].code, &w.viewers[i]);
	local_close(&line);
	printf("{\"registered\":%zu}\n", w.agents_n + w.viewers_n);
	return 0;
}
