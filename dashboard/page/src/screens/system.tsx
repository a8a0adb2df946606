// SPDX-License-Identifier: Apache-2.0
import { useTitle } from "../use";
import { t } from "../words";

export function Screen() {
	useTitle(t("screen.system"));
	return <h1>{t("screen.system")}</h1>;
}
