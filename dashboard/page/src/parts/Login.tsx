// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, login } from "../api";
import { store, useStore } from "../store";
import { t } from "../words";

export const loginOpen = store(false);

function LoginForm({ onDone, onCancel }: { onDone?: () => void; onCancel?: () => void }) {
	const [said, setSaid] = useState("");
	const [busy, setBusy] = useState(false);
	const submit = async (e: Event) => {
		e.preventDefault();
		const form = e.currentTarget as HTMLFormElement;
		const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
		setBusy(true);
		setSaid("");
		try {
			await login(field("user").value.trim(), field("password").value.normalize("NFC"));
			form.reset();
			onDone?.();
		} catch (error) {
			const a = error instanceof ApiError ? error : null;
			if (a?.status === 401) setSaid(t("login.wrong"));
			else if (a?.status === 429 && a.retryAfter) setSaid(t("login.wait", { n: a.retryAfter }));
			else setSaid(a?.text ?? String(error));
			field("password").value = "";
			field("password").focus();
		} finally {
			setBusy(false);
		}
	};
	return (
		<form class="login" onSubmit={submit}>
			<label>
				{t("login.user")}
				<input name="user" autocomplete="username" autocapitalize="none" spellcheck={false} required maxLength={64} />
			</label>
			<label>
				{t("login.password")}
				<input name="password" type="password" autocomplete="current-password" required maxLength={256} />
			</label>
			<p class="login-said" role="alert">
				{said}
			</p>
			<div class="row">
				<button type="submit" class="primary" disabled={busy}>
					{busy ? t("login.busy") : t("login.submit")}
				</button>
				{onCancel && (
					<button type="button" onClick={onCancel}>
						{t("common.cancel")}
					</button>
				)}
			</div>
		</form>
	);
}

/** Over the page, when somebody wants to see more than everybody may. */
export function LoginDialog() {
	const open = useStore(loginOpen);
	const box = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const d = box.current;
		if (open && d && !d.open) {
			d.showModal();
			d.querySelector("input")?.focus();
		}
		if (!open && d?.open) d.close();
	}, [open]);
	const close = () => loginOpen.set(false);
	return (
		<dialog ref={box} class="dialog" aria-labelledby="login-title" onClose={close}>
			<h2 id="login-title">{t("login.title")}</h2>
			{open && <LoginForm onDone={close} onCancel={close} />}
		</dialog>
	);
}

/** The whole page, when nothing is for everybody. */
export function LoginPage() {
	return (
		<section class="login-page">
			<h1>{t("login.title")}</h1>
			<p>{t("login.needed")}</p>
			<LoginForm />
		</section>
	);
}
