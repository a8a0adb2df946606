// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";

/** A short word beside a name: a kind, a flag. */
export function Tag({ tone = "plain", title, children }: { tone?: "plain" | "accent" | "warn" | "bad" | "good"; title?: string; children: ComponentChildren }) {
	return (
		<span class={`tag tag-${tone}`} title={title}>
			{children}
		</span>
	);
}
