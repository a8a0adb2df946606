// SPDX-License-Identifier: Apache-2.0
// The screens behind the first one, loaded together: apart they would be a dozen small files, which pack worse than one.
export { Screen as unit } from "./unit";
export { Screen as obstacles } from "./obstacles";
export { Screen as calendar } from "./calendar";
export { Screen as stream } from "./stream";
export { Screen as system } from "./system";
