/** For a row of buttons: one stop of the Tab key, the arrows go from one to the next. */
export function roving(row: HTMLElement): () => void {
	// What a button of the row opens is no part of it.
	const all = () => [...row.querySelectorAll<HTMLElement>('button:not(:disabled)')].filter((one) => !one.closest('[popover]'));
	let stop: HTMLElement | undefined;

	function mark(): void {
		const buttons = all();
		if (!stop || !buttons.includes(stop)) stop = buttons[0];
		for (const one of buttons) if (one.tabIndex !== (one === stop ? 0 : -1)) one.tabIndex = one === stop ? 0 : -1;
	}

	function focusin(event: FocusEvent): void {
		const one = all().find((button) => button === event.target);
		if (one) stop = one;
		mark();
	}

	function keydown(event: KeyboardEvent): void {
		const buttons = all();
		const here = buttons.findIndex((one) => one === event.target);
		if (here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
		const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		buttons[(to + buttons.length) % buttons.length]?.focus();
	}

	mark();
	const changes = new MutationObserver(mark);
	changes.observe(row, { childList: true, subtree: true, attributeFilter: ['disabled'] });
	row.addEventListener('focusin', focusin);
	row.addEventListener('keydown', keydown);
	return () => {
		changes.disconnect();
		row.removeEventListener('focusin', focusin);
		row.removeEventListener('keydown', keydown);
	};
}
