// SPDX-License-Identifier: Apache-2.0
// The first screen comes with the page; the others when one of them is first shown.
import { Boundary } from "./parts/Boundary";
import { Loading } from "./parts/Empty";
import { Notice } from "./parts/Notice";
import type { ScreenName } from "./route";
import { Screen as Overview } from "./screens/overview";
import { useOthers } from "./use_others";
import { t } from "./words";

export function ScreenOf({ name }: { name: ScreenName }) {
	const { others, failed } = useOthers(name !== "overview" && name);
	const Screen = name === "overview" ? Overview : others?.[name];
	if (Screen)
		return (
			<Boundary of={name} key={name}>
				<Screen />
			</Boundary>
		);
	if (failed)
		return (
			<Notice tone="bad">
				<p>{t("app.chunk")}</p>
				<button type="button" onClick={() => location.reload()}>
					{t("app.reloadPage")}
				</button>
			</Notice>
		);
	return <Loading />;
}
