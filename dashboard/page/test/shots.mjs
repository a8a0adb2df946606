// SPDX-License-Identifier: Apache-2.0
// Pictures of the page as a browser paints it: node shots.mjs CHROMIUM FILE.png=WIDTHxHEIGHT=ADDRESS ...
// Each is taken when the screen says that it is whole (data-ready), from top to bottom.
import { chromium } from "playwright-core";

const [, , executablePath, ...wanted] = process.argv;
const browser = await chromium.launch({
	executablePath,
	args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-quic"],
});
let wrong = 0;
for (const word of wanted) {
	const [, file, width, height, address] = word.match(/^(.*\.png)=(\d+)x(\d+)=(.*)$/);
	const page = await browser.newPage({ viewport: { width: +width, height: +height } });
	page.on("pageerror", (error) => {
		console.error(`${address}: ${error.message}`);
		wrong = 1;
	});
	await page.goto(address);
	await page.waitForSelector("main h1");
	await page.evaluate(async () => {
		// what is drawn when it comes into sight must come into sight
		for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
			scrollTo(0, y);
			await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
		}
		scrollTo(0, 0);
	});
	await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"), null, { timeout: 15000 });
	await page.screenshot({ path: file, fullPage: true });
	await page.close();
}
await browser.close();
process.exit(wrong);
