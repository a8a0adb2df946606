// SPDX-License-Identifier: Apache-2.0
// As much of a document as Preact draws on, so that a test can count what is drawn again. No styles, no selectors.
import { options } from "preact";

class Node_ {
	childNodes: Node_[] = [];
	parentNode: Node_ | null = null;
	attributes: Record<string, string> = {};
	style: Record<string, unknown> = { setProperty: () => {} };
	dataset: Record<string, string> = {};
	classes = new Set<string>();
	classList = { add: (c: string) => void this.classes.add(c), remove: (c: string) => void this.classes.delete(c) };
	ownerDocument = null;
	constructor(
		readonly nodeType: number,
		readonly localName: string,
		public data = "",
	) {}
	get firstChild(): Node_ | null {
		return this.childNodes[0] ?? null;
	}
	get nextSibling(): Node_ | null {
		const all = this.parentNode?.childNodes ?? [];
		return all[all.indexOf(this) + 1] ?? null;
	}
	get textContent(): string {
		return this.data + this.childNodes.map((c) => c.textContent).join("");
	}
	insertBefore(child: Node_, before: Node_ | null): Node_ {
		child.remove();
		const at = before ? this.childNodes.indexOf(before) : -1;
		this.childNodes.splice(at < 0 ? this.childNodes.length : at, 0, child);
		child.parentNode = this;
		return child;
	}
	appendChild(child: Node_): Node_ {
		return this.insertBefore(child, null);
	}
	removeChild(child: Node_): Node_ {
		child.remove();
		return child;
	}
	remove(): void {
		const all = this.parentNode?.childNodes;
		if (all) all.splice(all.indexOf(this), 1);
		this.parentNode = null;
	}
	setAttribute(k: string, v: string): void {
		this.attributes[k] = String(v);
	}
	getAttribute(k: string): string | null {
		return this.attributes[k] ?? null;
	}
	removeAttribute(k: string): void {
		delete this.attributes[k];
	}
	addEventListener(): void {}
	removeEventListener(): void {}
	contains(): boolean {
		return false;
	}
	querySelector(): null {
		return null;
	}
	querySelectorAll(): [] {
		return [];
	}
	/** All below with this name, in order. */
	all(name: string): Node_[] {
		return this.childNodes.flatMap((c) => [...(c.localName === name ? [c] : []), ...c.all(name)]);
	}
}

export type FakeNode = Node_;

const made = {
	createElement: (n: string) => new Node_(1, n),
	createElementNS: (_: string, n: string) => new Node_(1, n),
	createTextNode: (d: string) => new Node_(3, "#text", d),
};

export function fakeDocument(): Node_ {
	Object.assign(globalThis, { document: made });
	return new Node_(1, "root");
}

/** How often each component was drawn since the last time it was asked. */
export function countDraws(): () => Record<string, number> {
	let seen: Record<string, number> = {};
	const hooks = options as unknown as { __r?: (v: { type: unknown }) => void }; // Preact's own hook before a component is drawn
	const before = hooks.__r;
	hooks.__r = (v) => {
		before?.(v);
		if (typeof v.type === "function") seen[v.type.name] = (seen[v.type.name] ?? 0) + 1;
	};
	return () => {
		const was = seen;
		seen = {};
		return was;
	};
}
