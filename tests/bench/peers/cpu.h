// SPDX-License-Identifier: Apache-2.0
/* cpu: seconds on a core that a server has used: its process, the rest of its session, its children, also ended ones. */
#ifndef TIENDO_TESTS_BENCH_PEERS_CPU_H
#define TIENDO_TESTS_BENCH_PEERS_CPU_H

/* `leader` is the first process of the session; 0 = nobody's, 0.0. */
double cpu_seconds(int leader);

#endif
