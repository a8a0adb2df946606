// SPDX-License-Identifier: Apache-2.0
/*
 * session: one run of a reader: its directory (config, own key pair, the centre's public key), its
 * language, its connection. What every command starts with.
 *
 *   DIR/tiendo.conf   query, feed, server_key, lang       DIR/key   the reader's own pair (0600)
 *
 * DIR is --dir, otherwise TIENDO_VIEW_DIR, otherwise ~/.tiendo.
 */
#ifndef TIENDO_DASHBOARD_SESSION_H
#define TIENDO_DASHBOARD_SESSION_H

#include "common/domain/says.h"
#include "common/sys/conf.h"
#include "dashboard/atlas.h"
#include "dashboard/client.h"
#include "dashboard/reading.h"

/* EXIT_AGAIN never leaves the program: the catalogue changed under a command, which begins again.
 */
enum exit_code { EXIT_AGAIN = -1, EXIT_GOOD, EXIT_REFUSED, EXIT_WRONG_USE, EXIT_ENVIRONMENT };

struct session {
	char dir[CONF_TEXT_MAX];
	char query[CONF_TEXT_MAX], feed[CONF_TEXT_MAX], server_key_text[CONF_TEXT_MAX],
		lang[CONF_TEXT_MAX];
	enum language language;
	bool json;
	struct keys_pair pair;
	uint8_t server_key[KEYS_SIZE];
	int signals;
	struct net *net;
	struct client *client;
	struct atlas atlas;
	struct sight sight; /* of the last answer */
	bool pinned; /* there is a catalogue, of sight.generation: answers of another are of no use
		      */
};

/* Where the directory is, before anything is read from it. False = nowhere. */
bool session_dir(struct session *s, const char *given);
const struct conf_option *session_options(struct session *s,
					  size_t *n); /* lives as long as the next call */
/* Reads config and key. `lang` NULL: as the config says. EXIT_GOOD, or the sentence has been
 * printed. */
int session_read(struct session *s, const char *lang);
/* Signals, context. */
int session_start(struct session *s);
struct client_options session_client(const struct session *s);
void session_end(struct session *s);

/* Asks and waits; a Failure is told in a sentence. NULL: *code is what to exit with, or EXIT_AGAIN.
 * The reply lives until the next question. */
const Tiendo__V1__Reply *session_call(struct session *s, Tiendo__V1__Query *q, int *code);
/* A question that is answered in pages: asked again with the cursor of each page until the last has come. */
struct session_pages {
	Tiendo__V1__Query *question;
	ProtobufCBinaryData *cursor; /* its place in the question */
	Tiendo__V1__Reply__AnswerCase answer;
	/* EXIT_GOOD, or what to end with */
	int (*page)(void *ctx, const Tiendo__V1__Reply *r);
	void *ctx;
};
int session_pages(struct session *s, const struct session_pages *p);
/* Fetches the catalogue. EXIT_GOOD, EXIT_AGAIN, or the sentence has been printed. */
int session_catalogue(struct session *s);
/* Finds unit and item (NULL = none wanted); *item = NO_INDEX then. */
int session_find(struct session *s, const char *unit, const char *item, struct place *place,
		 uint32_t *index);

/* ---- sentences ---- */

#define SAY(session, vi, en) ((session)->language == LANGUAGE_VI ? (vi) : (en))
/* "tiendo: ..." on stderr; returns code. */
__attribute__((format(printf, 2, 3))) int session_fail(int code, const char *format, ...);
/* What a door that stays shut means, on stderr; returns the code. */
int session_refused(const struct session *s, const char *endpoint);
/* Writes to stdout; returns EXIT_GOOD, or EXIT_ENVIRONMENT when it cannot be written. Clears out.
 */
int session_print(struct buffer *out);

#endif
