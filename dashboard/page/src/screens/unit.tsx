// SPDX-License-Identifier: Apache-2.0
import { useTitle } from "../use";
import { t } from "../words";

export function Screen() {
	useTitle(t("screen.unit"));
	return <h1>{t("screen.unit")}</h1>;
}
