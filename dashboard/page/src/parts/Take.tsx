// SPDX-License-Identifier: Apache-2.0
// What a reader takes home: the file, the paper. The buttons are not on the paper.
import { t } from "../words";

export function SaveButton({ onClick, disabled }: { onClick: () => void; disabled?: boolean }) {
	return (
		<button type="button" class="quiet screen-only" disabled={disabled} onClick={onClick}>
			{t("common.csv")}
		</button>
	);
}

/** `of`: what it prints, when that is not the whole screen. */
export function PrintButton({ onClick, of }: { onClick?: () => void; of?: string }) {
	const word = t("common.print");
	return (
		<button type="button" class="quiet screen-only" onClick={onClick ?? (() => print())} aria-label={of && `${word}: ${of}`}>
			{word}
		</button>
	);
}
