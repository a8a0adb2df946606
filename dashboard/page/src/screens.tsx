// SPDX-License-Identifier: Apache-2.0
// A screen is loaded when it is first shown.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Boundary } from "./parts/Boundary";
import { Notice } from "./parts/Notice";
import type { ScreenName } from "./route";
import { t } from "./words";

const LOAD: Readonly<Record<ScreenName, () => Promise<{ Screen: ComponentType }>>> = {
	overview: () => import("./screens/overview"),
	unit: () => import("./screens/unit"),
	obstacles: () => import("./screens/obstacles"),
	calendar: () => import("./screens/calendar"),
	stream: () => import("./screens/stream"),
	system: () => import("./screens/system"),
};
const loaded: Partial<Record<ScreenName, ComponentType>> = {};

export function ScreenOf({ name }: { name: ScreenName }) {
	const [, redraw] = useState(0);
	const [failed, setFailed] = useState<ScreenName | null>(null);
	const Screen = loaded[name];
	useEffect(() => {
		let gone = false;
		if (!loaded[name])
			LOAD[name]().then(
				(m) => {
					loaded[name] = m.Screen;
					if (!gone) redraw((n) => n + 1);
				},
				() => !gone && setFailed(name), // the line, or the page is older than the server
			);
		return () => {
			gone = true;
		};
	}, [name]);
	if (Screen)
		return (
			<Boundary of={name} key={name}>
				<Screen />
			</Boundary>
		);
	if (failed === name)
		return (
			<Notice tone="bad">
				<p>{t("app.chunk")}</p>
				<button type="button" onClick={() => location.reload()}>
					{t("app.reloadPage")}
				</button>
			</Notice>
		);
	return <p class="empty">{t("app.loading")}</p>;
}
