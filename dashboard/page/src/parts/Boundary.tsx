// SPDX-License-Identifier: Apache-2.0
import { Component, type ComponentChildren } from "preact";
import { t } from "../words";
import { Notice } from "./Notice";

/** Our own mistake in one screen leaves the others standing. Another `of` gives it another try. */
export class Boundary extends Component<{ of: string; children: ComponentChildren }, { broken: string | null; error: string }> {
	override state = { broken: null, error: "" };

	override componentDidCatch(error: unknown): void {
		console.error(error);
		this.setState({ broken: this.props.of, error: String(error) });
	}

	override render() {
		if (this.state.broken !== this.props.of) return this.props.children;
		return (
			<Notice tone="bad">
				<p>{t("app.broken", { error: this.state.error })}</p>
				<button type="button" onClick={() => location.reload()}>
					{t("app.reloadPage")}
				</button>
			</Notice>
		);
	}
}
