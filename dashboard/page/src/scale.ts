// SPDX-License-Identifier: Apache-2.0
// What is measured in pixels (pictures) grows with the page's type: 1 at a desk, more on a wall.
const DESK_PX = 16;

export function typeScale(): number {
	if (typeof document === "undefined" || !document.documentElement) return 1;
	return (parseFloat(getComputedStyle(document.documentElement).fontSize) || DESK_PX) / DESK_PX;
}
