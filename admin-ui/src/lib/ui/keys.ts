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
		if (!document.querySelector('dialog:modal, [popover]:popover-open')) handle(event);
	};
}

function isTyping(event: KeyboardEvent): boolean {
	const target = event.target;
	return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'));
}
