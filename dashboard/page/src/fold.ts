// SPDX-License-Identifier: Apache-2.0
// Text without its marks, for looking things up: "Hoà" and "Hòa", "Đức" and "duc" are the same.

export function fold(text: string): string {
	return text
		.normalize("NFD")
		.replace(/\p{M}/gu, "")
		.replace(/[đĐ]/g, "d")
		.toLowerCase()
		.replace(/\s+/g, " ")
		.trim();
}

/** Every word of `query` begins a word of `text`; an empty query fits all. */
export function fits(query: string, text: string): boolean {
	const words = fold(text).split(/[^\p{L}\p{N}]+/u);
	return fold(query)
		.split(/[^\p{L}\p{N}]+/u)
		.every((q) => words.some((w) => w.startsWith(q)));
}
