// SPDX-License-Identifier: Apache-2.0
/*
 * answer_words: what was said in updates and in entries of the centre, read from the journal by its place, because the view
 * keeps no texts. Without the viewlock. Free text is given to those alone who may read it; which rule a finding is about and
 * by which document are no free text.
 */
#ifndef TIENDO_SERVER_ANSWER_WORDS_H
#define TIENDO_SERVER_ANSWER_WORDS_H

#include "server/answer.h"
#include "server/cases.h"

struct words {
	bool read;                             /* its entry is whole: otherwise nothing is known */
	uint8_t incarnation[INCARNATION_SIZE]; /* of its receipt */
	struct instant received;
	char *text, *solution;                 /* NULL = none, or not for the asker */
	char *rule, *document;                 /* finding */
};

/* out[i] for at[i]; zeroed first. False = the journal cannot be read. To be freed in either case. */
bool words_read(const struct asking *q, const struct spot *at, struct words *out, size_t n);
void words_free(struct words *w, size_t n);

#endif
