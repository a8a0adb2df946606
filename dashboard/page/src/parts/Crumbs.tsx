// SPDX-License-Identifier: Apache-2.0
import type { UnitRef } from "../model";
import { Link } from "../route";
import { nameOf, t } from "../words";

/** Where a unit stands: each step above it is a link. */
export function Crumbs({ path }: { path: readonly UnitRef[] }) {
	if (path.length < 2) return null;
	return (
		<nav class="crumbs" aria-label={t("common.path")}>
			<ol>
				{path.map((u, i) => (
					<li key={u.code}>
						{i === path.length - 1 ? (
							<span aria-current="page">{nameOf(u)}</span>
						) : (
							<Link to={{ unit: u.code, drill: null }}>{nameOf(u)}</Link>
						)}
					</li>
				))}
			</ol>
		</nav>
	);
}
