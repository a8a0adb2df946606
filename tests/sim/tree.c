// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/tree.h"

#include <stdlib.h>

enum { KEY_MAX = 64 };

struct value {
	unsigned refs;
	size_t size;
	uint8_t data[]; /* from its second byte on: the products may count on no more than LMDB gives */
};

struct tree {
	unsigned refs;
	uint32_t rank; /* a parent's is greater */
	uint64_t count;
	struct value *value;
	struct tree *left, *right;
	uint8_t key_size, key[KEY_MAX];
};

enum { SKEW = 2 };

static int compare(struct bytes a, struct bytes b)
{
	size_t n = a.size < b.size ? a.size : b.size;
	int order = n ? memcmp(a.data, b.data, n) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static struct bytes key_of(const struct tree *t)
{
	return bytes_of(t->key, t->key_size);
}

static struct bytes value_of(const struct tree *t)
{
	return bytes_of(t->value->data + SKEW, t->value->size);
}

uint64_t tree_count(const struct tree *t)
{
	return t ? t->count : 0;
}

static void count(struct tree *t)
{
	t->count = 1 + tree_count(t->left) + tree_count(t->right);
}

/* By the key alone: equal contents are equal trees. */
static uint32_t rank_of(struct bytes key)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < key.size; i++)
		h = (h ^ key.data[i]) * 16777619u;
	h ^= h >> 16;
	h *= 0x85ebca6bu;
	return h ^ h >> 13;
}

struct tree *tree_keep(struct tree *t)
{
	if (t)
		t->refs++;
	return t;
}

static void value_drop(struct value *v)
{
	if (v && --v->refs == 0)
		free(v);
}

void tree_drop(struct tree *t)
{
	while (t && --t->refs == 0) {
		struct tree *right = t->right;

		tree_drop(t->left);
		value_drop(t->value);
		free(t);
		t = right;
	}
}

/* The same, to be changed: `t` is the only way to it, or a copy is made. */
static struct tree *own(struct tree *t)
{
	if (t->refs == 1)
		return t;
	struct tree *n = base_alloc(sizeof *n);

	*n = *t;
	n->refs = 1;
	n->value->refs++;
	tree_keep(n->left);
	tree_keep(n->right);
	t->refs--;
	return n;
}

bool tree_get(const struct tree *t, struct bytes key, struct bytes *value)
{
	while (t) {
		int order = compare(key, key_of(t));

		if (order == 0) {
			*value = value_of(t);
			return true;
		}
		t = order < 0 ? t->left : t->right;
	}
	return false;
}

static struct value *new_value(size_t size)
{
	struct value *v = base_alloc(sizeof *v + SKEW + size);

	v->refs = 1;
	v->size = size;
	return v;
}

static struct tree *leaf(struct bytes key, struct value *v)
{
	struct tree *t = base_alloc(sizeof *t);

	t->refs = 1;
	t->count = 1;
	t->rank = rank_of(key);
	t->value = v;
	t->key_size = (uint8_t)key.size;
	memcpy(t->key, key.data, key.size);
	return t;
}

static struct tree *put(struct tree *t, struct bytes key, struct value *v)
{
	if (!t)
		return leaf(key, v);
	int order = compare(key, key_of(t));

	t = own(t);
	if (order == 0) {
		value_drop(t->value);
		t->value = v;
		return t;
	}
	struct tree **side = order < 0 ? &t->left : &t->right, *up;

	up = *side = put(*side, key, v);
	if (up->rank > t->rank) { /* the child was made ours on the way back */
		*side = order < 0 ? up->right : up->left;
		*(order < 0 ? &up->right : &up->left) = t;
		count(t);
		t = up;
	}
	count(t);
	return t;
}

uint8_t *tree_put(struct tree **t, struct bytes key, size_t size)
{
	struct value *v = new_value(size);

	*t = put(*t, key, v);
	return v->data + SKEW;
}

static struct tree *merge(struct tree *a, struct tree *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->rank > b->rank) {
		a = own(a);
		a->right = merge(a->right, b);
		count(a);
		return a;
	}
	b = own(b);
	b->left = merge(a, b->left);
	count(b);
	return b;
}

static struct tree *del(struct tree *t, struct bytes key)
{
	int order = compare(key, key_of(t));

	t = own(t);
	if (order) {
		struct tree **side = order < 0 ? &t->left : &t->right;
		*side = del(*side, key);
		count(t);
		return t;
	}
	struct tree *rest = merge(t->left, t->right);

	t->left = t->right = NULL;
	tree_drop(t);
	return rest;
}

bool tree_delete(struct tree **t, struct bytes key)
{
	struct bytes value;

	if (!tree_get(*t, key, &value))
		return false;
	*t = del(*t, key);
	return true;
}

static bool give(const struct tree *t, struct bytes *k, struct bytes *v)
{
	if (!t)
		return false;
	*k = key_of(t);
	*v = value_of(t);
	return true;
}

bool tree_from(const struct tree *t, struct bytes key, bool past, struct bytes *k, struct bytes *v)
{
	const struct tree *best = NULL;

	while (t) {
		int order = compare(key_of(t), key);

		if (order > 0 || (order == 0 && !past)) {
			best = t;
			t = t->left;
		} else {
			t = t->right;
		}
	}
	return give(best, k, v);
}

bool tree_before(const struct tree *t, struct bytes key, struct bytes *k, struct bytes *v)
{
	const struct tree *best = NULL;

	while (t) {
		if (!key.size || compare(key_of(t), key) < 0) {
			best = t;
			t = t->right;
		} else {
			t = t->left;
		}
	}
	return give(best, k, v);
}
