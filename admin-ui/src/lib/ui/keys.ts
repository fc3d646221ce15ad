type Action = (event: KeyboardEvent) => void;

/**
 * A handler that calls the action of the pressed key (`event.key`). Keys with Ctrl, Alt or Meta belong to the
 * browser; those typed into a control belong to the control.
 */
export function onKeys(actions: Record<string, Action>): Action {
	return (event) => {
		if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
		const action = actions[event.key];
		if (!action || isTyping(event)) return;
		event.preventDefault();
		action(event);
	};
}

/** As `onKeys`, but only while nothing lies over the page. */
export function onPageKeys(actions: Record<string, Action>): Action {
	const handle = onKeys(actions);
	return (event) => {
		if (!document.querySelector('dialog:modal, [popover=auto]:popover-open')) handle(event);
	};
}

/** Ctrl+S saves and stays, Ctrl+Enter saves and closes; ⌘ on a Mac. */
export function onSaveKeys(save: (then: 'stay' | 'close') => void): Action {
	return (event) => {
		if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.isComposing) return;
		const then = ({ s: 'stay', Enter: 'close' } as const)[event.key];
		if (!then) return;
		event.preventDefault();
		event.stopPropagation();
		save(then);
	};
}

function isTyping(event: KeyboardEvent): boolean {
	const target = event.target;
	return (
		target instanceof HTMLElement &&
		(target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'))
	);
}

/** Ctrl+A in a block of code means that block, not the page. */
export function selectBlock(event: KeyboardEvent): void {
	if (event.key !== 'a' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
	const block = event.target instanceof Element ? event.target.closest('pre') : null;
	if (!block) return;
	event.preventDefault();
	getSelection()?.selectAllChildren(block);
}
