// SPDX-License-Identifier: Apache-2.0
import type { Words } from "./word";

export const unit = {} as const satisfies Words;
