// SPDX-License-Identifier: Apache-2.0
/** Vietnamese, English. */
export type Words = Readonly<Record<string, readonly [string, string]>>;
