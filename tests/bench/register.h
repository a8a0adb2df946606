// SPDX-License-Identifier: Apache-2.0
/* register: makes the agents and the viewer of a world known to the running server, over its admin socket. */
#ifndef TIENDO_TESTS_BENCH_REGISTER_H
#define TIENDO_TESTS_BENCH_REGISTER_H

int register_world(const char *world, const char *store);

#endif
