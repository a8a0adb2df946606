// SPDX-License-Identifier: Apache-2.0
import { useTitle } from "../use";
import { t } from "../words";

export function Screen() {
	useTitle(t("screen.obstacles"));
	return <h1>{t("screen.obstacles")}</h1>;
}
