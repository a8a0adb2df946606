// SPDX-License-Identifier: Apache-2.0
import type { Words } from "./word";

export const overview = {} as const satisfies Words;
