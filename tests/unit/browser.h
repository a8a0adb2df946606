// SPDX-License-Identifier: Apache-2.0
/* browser: a client of an http in the same thread, for tests: whoever waits here lets the http run meanwhile.
 * Every wait has an end, at which the test fails. */
#ifndef TIENDO_TESTS_BROWSER_H
#define TIENDO_TESTS_BROWSER_H

#include "common/sys/http.h"

enum { BROWSER_PATIENCE_MS = 60000 };
#define BROWSER_END "Host: x\r\nConnection: close\r\n\r\n"
#define BROWSER_NEXT "Host: x\r\n\r\n"

int browser_connect(const struct http *h); /* to be closed by the caller */
/* All of it, whatever becomes of it; false = it was refused on the way. */
bool browser_send(struct http *h, int fd, struct bytes bytes);
bool browser_say(struct http *h, int fd, const char *text);
/* Reads until `text` is there (true) or the end of the connection (false). `got` is cleared first. */
bool browser_hear(struct http *h, int fd, const char *text, struct buffer *got);
/* Connects, says it, hears to the end, closes. Until the next call with `got`. */
const char *browser_ask(struct http *h, const char *request, struct buffer *got);
/* Lets it run until done(context). */
void browser_run(struct http *h, bool (*done)(void *context), void *context);

#endif
