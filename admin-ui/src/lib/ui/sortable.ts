/**
 * The lines of a list are put into another order by dragging them. The keyboard's way are buttons beside the words.
 *
 * @param move takes the line of one place to another, both counted from 0 after it was taken out
 */
export function sortable(move: (from: number, to: number) => void): (list: HTMLElement) => () => void {
	return (list) => {
		let from = -1;
		let marked: HTMLElement | undefined;
		const lines = () => [...list.children] as HTMLElement[];
		const lineOf = (event: DragEvent) => lines().find((line) => event.target instanceof Node && line.contains(event.target));

		function mark(line?: HTMLElement, side: 'before' | 'behind' = 'before'): void {
			marked?.style.removeProperty('box-shadow');
			marked = line;
			line?.style.setProperty('box-shadow', `inset 0 ${side === 'before' ? 3 : -3}px var(--accent)`);
		}

		function start(event: DragEvent): void {
			const line = lineOf(event);
			// A link within is dragged as the link it is.
			if (!line || (event.target as Element).closest('a')) return;
			from = lines().indexOf(line);
			event.dataTransfer?.setData('text/plain', line.innerText);
		}

		function over(event: DragEvent): void {
			const line = from < 0 ? undefined : lineOf(event);
			if (!line) return;
			event.preventDefault();
			mark(line, isUpper(event, line) ? 'before' : 'behind');
		}

		function drop(event: DragEvent): void {
			const line = from < 0 ? undefined : lineOf(event);
			if (!line) return;
			event.preventDefault();
			const gap = lines().indexOf(line) + (isUpper(event, line) ? 0 : 1);
			const to = gap > from ? gap - 1 : gap;
			if (to !== from) move(from, to);
			end();
		}

		function end(): void {
			from = -1;
			mark();
		}

		list.addEventListener('dragstart', start);
		list.addEventListener('dragover', over);
		list.addEventListener('drop', drop);
		list.addEventListener('dragend', end);
		return () => {
			list.removeEventListener('dragstart', start);
			list.removeEventListener('dragover', over);
			list.removeEventListener('drop', drop);
			list.removeEventListener('dragend', end);
		};
	};
}

function isUpper(event: DragEvent, line: HTMLElement): boolean {
	const { top, height } = line.getBoundingClientRect();
	return event.clientY < top + height / 2;
}

/** A list after one of its items went to another place. */
export function reordered<T>(items: readonly T[], from: number, to: number): T[] {
	const next = [...items];
	next.splice(to, 0, ...next.splice(from, 1));
	return next;
}
