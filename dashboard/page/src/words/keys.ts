// SPDX-License-Identifier: Apache-2.0
// In the built page: the keys that are put together when it runs, and no others (build_words.mjs).
import { table } from "./table";

export const keys: readonly string[] = Object.keys(table);
