// SPDX-License-Identifier: Apache-2.0
// In the built page: this language's half of the table, and nothing of the other (build.mjs).
import { pick } from "./table";

export const said: Readonly<Record<string, string>> = pick(0);
