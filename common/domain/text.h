// SPDX-License-Identifier: Apache-2.0
/*
 * text: what may stand in a free text, and how names are compared (CONTRACT). Pure.
 * Rules: UTF-8, NFC (Unicode annex 15, by utf8proc), no control characters but \n and \t, no
 * bidirectional overrides, within a byte limit, and no citizen's identity number (12 digits, first
 * three 001-096, spaces and dots between digits ignored, not part of a longer run of digits):
 * offices of Đề án 06 handle them all day. Twelve digits written together are one also when other
 * numbers stand before or after them.
 */
#ifndef TIENDO_COMMON_DOMAIN_TEXT_H
#define TIENDO_COMMON_DOMAIN_TEXT_H

#include "common/domain/model.h"

/* No free text is longer than an update may be: the bound of max_bytes. */
enum { TEXT_MAX_BYTES = 4096 };

bool text_is_utf8(const char *text, size_t length);

/*
 * The first fault of the text, or REASON_NONE, in the order of the rules: UTF-8, controls, length,
 * NFC, identity number. `length` bytes; embedded NULs are TEXT_CONTROL. max_bytes <=
 * TEXT_MAX_BYTES. No heap.
 */
enum reason text_check(const char *text, size_t length, size_t max_bytes);

/* [0-9A-Z][0-9A-Z.-]{0,15} */
bool text_is_code(const char *code);

/*
 * Folds a name for search: case, marks, đ -> d, Hoà = Hòa, runs of white space to one. Writes at
 * most `size` bytes with the NUL; returns the length, or 0 when the text is no UTF-8 or does not
 * fit.
 */
size_t text_fold(const char *text, char *out, size_t size);

/* Columns on a terminal (utf8proc_charwidth), for padding. Invalid bytes count one each. */
size_t text_width(const char *text);

/*
 * The text as a terminal may be given it, whoever wrote it: in at most `columns` columns (… ends
 * what was cut), with ? for what a terminal would obey or could not place: controls, direction
 * marks, invisible and unassigned characters, bytes that are no UTF-8; line ends and tabs become
 * spaces. Writes at most `size` bytes with the NUL, size > 3; returns the columns used.
 */
size_t text_fit(const char *text, size_t columns, char *out, size_t size);

#endif
