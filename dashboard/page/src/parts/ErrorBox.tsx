// SPDX-License-Identifier: Apache-2.0
import type { ApiError } from "../api";
import { Link } from "../route";
import { useSession } from "../use";
import { t } from "../words";
import { loginOpen } from "./Login";
import { Notice } from "./Notice";

/** Why there is no answer, and what to do about it. */
export function ErrorBox({ error, reload }: { error: ApiError; reload?: () => void }) {
	const user = useSession()?.user;
	return (
		<Notice tone="bad" role="alert">
			<p>{error.text}</p>
			{error.status === 401 && !user && (
				<button type="button" onClick={() => loginOpen.set(true)}>
					{t("login.open")}
				</button>
			)}
			{reload && (error.status === 400 || error.status === 404) && (
				<Link to={{ screen: "overview", unit: null, plan: null, item: null, period: null, drill: null, more: {} }}>{t("screen.overview")}</Link>
			)}
			{reload && error.status !== 401 && error.status !== 403 && (
				<button type="button" onClick={reload}>
					{t("common.retry")}
				</button>
			)}
		</Notice>
	);
}
