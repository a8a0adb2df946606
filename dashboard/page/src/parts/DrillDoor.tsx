// SPDX-License-Identifier: Apache-2.0
// Loads the panel that opens a figure (parts/Drill) when the address first asks for one.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useRoute } from "../use";
import { t } from "../words";
import { Notice } from "./Notice";

let Drill: ComponentType | null = null;

export function DrillDoor() {
	const wanted = useRoute().drill !== null;
	const [, redraw] = useState(0);
	const [failed, setFailed] = useState(false);
	useEffect(() => {
		if (!wanted || Drill) return;
		let gone = false;
		import("../screens/others").then(
			(m) => {
				Drill = m.Drill;
				if (!gone) redraw((n) => n + 1);
			},
			() => !gone && setFailed(true), // the line, or the page is older than the server
		);
		return () => {
			gone = true;
		};
	}, [wanted]);
	if (!wanted) return null;
	return Drill ? <Drill /> : failed ? <Notice tone="bad">{t("app.chunk")}</Notice> : null;
}
