// SPDX-License-Identifier: Apache-2.0
// All that is behind the first screen, and loaded when something of it is first wanted. Together: apart they would be
// a dozen small files, which pack worse than one (-8 %).
import "../main"; // esbuild puts what two scripts need into a third: so that one is the whole first screen (-1 KB)
export { Drill } from "../parts/Drill";
export { Treemap } from "../parts/Treemap";
export { Trend } from "../parts/Trend";
export { Screen as unit } from "./unit";
export { Screen as obstacles } from "./obstacles";
export { Screen as calendar } from "./calendar";
export { Screen as stream } from "./stream";
export { Screen as system } from "./system";
