// SPDX-License-Identifier: Apache-2.0
// What is behind the first screen (screens/others.ts) comes as one script, when something of it is first wanted.
import { useEffect, useState } from "preact/hooks";

type Others = typeof import("./screens/others");

let others: Others | null = null;

/**
 * Null while it is on its way. `wanted` says for what: another wish tries again. Failed: the line, or the page is older
 * than the server.
 */
export function useOthers(wanted: string | false): { others: Others | null; failed: boolean } {
	const [, redraw] = useState(0);
	const [failed, setFailed] = useState(false);
	useEffect(() => {
		if (!wanted || others) return;
		let gone = false;
		setFailed(false);
		import("./screens/others").then(
			(m) => {
				others = m;
				if (!gone) redraw((n) => n + 1);
			},
			() => !gone && setFailed(true),
		);
		return () => {
			gone = true;
		};
	}, [wanted]);
	return { others, failed };
}
