// SPDX-License-Identifier: Apache-2.0
import type { Words } from "./word";

export const obstacles = {} as const satisfies Words;
