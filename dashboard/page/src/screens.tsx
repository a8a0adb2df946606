// SPDX-License-Identifier: Apache-2.0
// The first screen comes with the page; the others when one of them is first shown.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Boundary } from "./parts/Boundary";
import { Notice } from "./parts/Notice";
import type { ScreenName } from "./route";
import { Screen as Overview } from "./screens/overview";
import { t } from "./words";

let others: Partial<Record<ScreenName, ComponentType>> | null = null;

const screenOf = (name: ScreenName): ComponentType | undefined => (name === "overview" ? Overview : others?.[name]);

export function ScreenOf({ name }: { name: ScreenName }) {
	const [, redraw] = useState(0);
	const [failed, setFailed] = useState<ScreenName | null>(null);
	const Screen = screenOf(name);
	useEffect(() => {
		let gone = false;
		if (!screenOf(name))
			import("./screens/others").then(
				(m) => {
					others = m;
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
