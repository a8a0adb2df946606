// SPDX-License-Identifier: Apache-2.0
// What has just moved, told to who cannot see a cell light up: politely, and not faster than it can be heard.
import { useEffect, useMemo } from "preact/hooks";
import type { Grain } from "../model";
import { store, useStore, type Store } from "../store";
import { nameOf, t } from "../words";

const EVERY_MS = 8000;

interface NewsOf {
	said: Store<string>;
	say(g: Grain): void;
	stop(): void;
}

function makeNews(): NewsOf {
	const said = store("");
	let moved = 0;
	let last: Grain | null = null;
	let due: ReturnType<typeof setTimeout> | undefined;
	const tell = () => {
		due = undefined;
		if (last) said.set(t("ov.news", { n: moved, unit: nameOf(last), plan: last.plan }));
		moved = 0;
	};
	return {
		said,
		say(g) {
			moved++;
			last = g;
			due ??= setTimeout(tell, EVERY_MS);
		},
		stop: () => clearTimeout(due),
	};
}

export function useNews(): NewsOf {
	const news = useMemo(makeNews, []);
	useEffect(() => news.stop, [news]);
	return news;
}

export function News({ news }: { news: NewsOf }) {
	return (
		<p class="unseen" role="status" aria-live="polite">
			{useStore(news.said)}
		</p>
	);
}
