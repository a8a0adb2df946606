// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { App } from "./app";
import { startRoute } from "./route";

const root = document.getElementById("app")!;

startRoute().then(
	() => render(<App />, root),
	() => root.append("Trang không tải được hết. Kiểm tra đường mạng rồi tải lại. · The page could not be loaded whole. Check the line, then reload."),
);
