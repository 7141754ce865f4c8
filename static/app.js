/* Optional improvements of the pages: every page works without JavaScript. */
"use strict";

(() => {
	const one = (selector) => document.querySelector(selector);

	for (const part of document.querySelectorAll("[data-with-script]")) {
		part.hidden = false;
	}

	/* Moves the focus to the error, where people and screen readers start reading. */
	const problem = one("#error") ?? one("#waiting");
	if (problem) {
		problem.focus();
	}
	const link = one("#error a[href^='#']");
	link?.addEventListener("click", (event) => {
		const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
		if (field) {
			event.preventDefault();
			field.focus();
		}
	});

	const waiting = one("[data-wait-seconds]");
	let closed = false;
	if (waiting) {
		wait(waiting);
	}
	for (const form of document.querySelectorAll("form[data-auto-submit]")) {
		autoSubmit(form);
	}
	const codes = one("[data-codes]");
	if (codes) {
		recoveryCodes(codes);
	}

	/* Disables the button until the wait is over. Seconds come from the clock, because timers pause in background tabs. */
	function wait(box) {
		const buttons = document.querySelectorAll("main button[type='submit']:not(.button-quiet)");
		const left = box.querySelector("[data-wait-left]");
		const end = Date.now() + 1000 * Number(box.dataset.waitSeconds);
		let timer = 0;
		const tick = () => {
			const seconds = Math.ceil((end - Date.now()) / 1000);
			if (seconds > 0) {
				left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
				return;
			}
			clearInterval(timer);
			closed = false;
			left.hidden = true;
			box.querySelector("[data-wait-text]").hidden = true;
			box.querySelector("[data-wait-over]").hidden = false;
			for (const button of buttons) {
				button.disabled = false;
			}
		};
		closed = true;
		left.hidden = false;
		for (const button of buttons) {
			button.disabled = true;
		}
		timer = setInterval(tick, 250);
		tick();
	}

	/* Sends the form once six digits are typed or pasted: once for each value, and never when the page loads. */
	function autoSubmit(form) {
		const field = form.elements.namedItem("code");
		let sent = "";
		field.addEventListener("input", () => {
			const digits = field.value.replace(/[\s\u2010-\u2015-]/g, "");
			if (!/^[0-9]{6}$/.test(digits)) {
				sent = "";
				return;
			}
			if (digits !== sent && !closed) {
				sent = digits;
				field.value = digits;
				form.requestSubmit();
			}
		});
		/* A second press while the request is running would use another attempt. */
		let busy = false;
		form.addEventListener("submit", (event) => {
			if (busy) {
				event.preventDefault();
			}
			busy = true;
		});
		window.addEventListener("pageshow", () => {
			busy = false;
		});
	}

	function recoveryCodes(sheet) {
		const copy = one("[data-copy-codes]");
		const print = one("[data-print-codes]");
		const live = one("[data-codes-live]");
		let saved = false;
		const text = () => [...sheet.querySelectorAll("li")].map((line) => line.textContent.trim()).join("\n") + "\n";

		window.addEventListener("beforeunload", (event) => {
			if (!saved) {
				event.preventDefault();
			}
		});
		one("[data-codes-saved]").addEventListener("submit", () => {
			saved = true;
		});
		one("[data-download-codes]").addEventListener("click", () => {
			saved = true;
			live.textContent = "Recovery codes downloaded.";
		});
		print.hidden = false;
		print.addEventListener("click", () => window.print());
		if (!navigator.clipboard) {
			return;
		}
		copy.hidden = false;
		copy.addEventListener("click", async () => {
			try {
				await navigator.clipboard.writeText(text());
				live.textContent = "Recovery codes copied.";
			} catch {
				live.textContent = "The codes could not be copied. Select and copy them yourself.";
			}
		});
	}
})();
