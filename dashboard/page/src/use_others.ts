// SPDX-License-Identifier: Apache-2.0
// What is behind the first screen (screens/others.ts) comes as one script, when something of it is first wanted.
import { useEffect, useState } from "preact/hooks";
import { store, useStore } from "./store";

type Others = typeof import("./screens/others");

const others = store<Others | null>(null);

/**
 * Null while it is on its way. `wanted` says for what: another wish tries again. Failed: the line, or the page is older
 * than the server.
 */
export function useOthers(wanted: string | false): { others: Others | null; failed: boolean } {
	const here = useStore(others); // draws whoever waits, also who began to while another's wish came true
	const [failed, setFailed] = useState(false);
	useEffect(() => {
		if (!wanted || others.get()) return;
		let gone = false;
		setFailed(false);
		import("./screens/others").then(others.set, () => !gone && setFailed(true));
		return () => {
			gone = true;
		};
	}, [wanted]);
	return { others: here, failed: failed && !here };
}
