// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";

export function Notice({ tone = "info", role = "status", children }: { tone?: "info" | "warn" | "bad"; role?: "status" | "alert"; children: ComponentChildren }) {
	return (
		<div class={`notice notice-${tone}`} role={role}>
			<span class="notice-mark" aria-hidden="true">
				{tone === "info" ? "i" : "!"}
			</span>
			<div>{children}</div>
		</div>
	);
}
