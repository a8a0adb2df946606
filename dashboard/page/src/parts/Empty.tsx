// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { t } from "../words";

/** There is nothing to show, and that is an answer: says what of, and why. */
export function Empty({ children }: { children: ComponentChildren }) {
	return <p class="empty">{children}</p>;
}

export const Loading = () => <Empty>{t("app.loading")}</Empty>;
