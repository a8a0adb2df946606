// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";

export function Notice({ tone = "info", children }: { tone?: "info" | "warn" | "bad"; children: ComponentChildren }) {
	return (
		<div class={`notice notice-${tone}`} role="status">
			<span class="notice-mark" aria-hidden="true">
				{tone === "info" ? "i" : "!"}
			</span>
			<div>{children}</div>
		</div>
	);
}
