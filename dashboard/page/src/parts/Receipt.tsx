// SPDX-License-Identifier: Apache-2.0
// The number of a receipt, and a button that copies it. Pages of an office often come over plain http, where the
// clipboard is closed to scripts: then the number is marked and copied as a hand would do it.
import { useRef, useState } from "preact/hooks";
import { NONE } from "../format";
import { t } from "../words";

function byHand(code: HTMLElement): boolean {
	const marked = getSelection();
	marked?.selectAllChildren(code);
	return document.execCommand("copy");
}

export function Receipt({ receipt }: { receipt: string | null }) {
	const [said, setSaid] = useState<"" | "drill.copied" | "drill.copyFailed">("");
	const code = useRef<HTMLElement>(null);
	if (!receipt) return <>{NONE}</>;
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(receipt);
			setSaid("drill.copied");
		} catch {
			setSaid(code.current && byHand(code.current) ? "drill.copied" : "drill.copyFailed");
		}
	};
	return (
		<span class="receipt-no">
			<code ref={code}>{receipt}</code>
			<button type="button" class="copy" title={t("drill.copy", { receipt })} onClick={() => void copy()} onBlur={() => setSaid("")}>
				<span class="unseen">{t("drill.copy", { receipt })}</span>
				<svg viewBox="0 0 16 16" aria-hidden="true">
					<path d={said === "drill.copied" ? "M3 8.5l3.5 3.5L13 4.5" : "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z"} />
				</svg>
			</button>
			<span class={said === "drill.copyFailed" ? "receipt-said" : "unseen"} role="status">
				{said && t(said, { receipt })}
			</span>
		</span>
	);
}
