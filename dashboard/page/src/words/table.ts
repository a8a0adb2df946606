// SPDX-License-Identifier: Apache-2.0
// The words of all screens in both languages. The page itself never loads this: see words.ts.
import { calendar } from "./calendar";
import { obstacles } from "./obstacles";
import { overview } from "./overview";
import { shell } from "./shell";
import { stream } from "./stream";
import { system } from "./system";
import { unit } from "./unit";
import type { Words } from "./word";

export const table = { ...shell, ...overview, ...unit, ...obstacles, ...calendar, ...stream, ...system } as const;

export type Key = keyof typeof table;

export const pick = (which: 0 | 1): string[] => Object.values(table as Words).map((pair) => pair[which]);
