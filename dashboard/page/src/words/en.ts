// SPDX-License-Identifier: Apache-2.0
// One text for each of `keys`; in the built page for the written-out keys, too, behind these (build_words.mjs).
import { pick } from "./table";

export const texts: readonly string[] = pick(1);
