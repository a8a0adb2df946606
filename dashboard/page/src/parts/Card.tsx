// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";

/** A part of a screen under a title of its own. */
export function Card({ title, class: c, children }: { title: string; class?: string; children: ComponentChildren }) {
	return (
		<section class={`card ${c ?? ""}`}>
			<h2>{title}</h2>
			{children}
		</section>
	);
}
