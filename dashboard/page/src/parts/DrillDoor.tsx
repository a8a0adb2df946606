// SPDX-License-Identifier: Apache-2.0
// Loads the panel that opens a figure (parts/Drill) when the address first asks for one.
import { useRoute } from "../use";
import { useOthers } from "../use_others";
import { t } from "../words";
import { Notice } from "./Notice";

export function DrillDoor() {
	const wanted = useRoute().drill !== null;
	const { others, failed } = useOthers(wanted && "drill");
	if (!wanted) return null;
	return others ? <others.Drill /> : failed ? <Notice tone="bad">{t("app.chunk")}</Notice> : null;
}
