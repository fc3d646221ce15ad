import { announce } from './announcer.svelte';

interface More {
	tone?: 'calm' | 'danger';
	/** A second chance: "Undo". */
	action?: { label: string; run: () => void };
	/** It went without its action: by itself or dismissed. */
	onend?: () => void;
}

export interface Toast extends More {
	id: number;
	text: string;
}

/** Long enough to read and to reach the button. */
const SHOWN_MS = 7000;

/** Short news in the corner; what must not be missed belongs into the page instead. */
class Toasts {
	shown = $state.raw<Toast[]>([]);
	#last = 0;
	#timers = new Map<number, ReturnType<typeof setTimeout>>();

	show(text: string, more: More = {}): void {
		// The same news again is one message that stays longer; a second chance is each one's own.
		const same = more.action || more.onend ? undefined : this.shown.find((one) => one.text === text && !one.action && !one.onend);
		if (same) this.dismiss(same.id);
		const one = { ...more, id: ++this.#last, text };
		this.shown = [...this.shown, one];
		announce(more.action ? `${text} ${more.action.label} is possible for a moment.` : text);
		this.#start(one.id);
	}

	dismiss(id: number): void {
		this.#take(id)?.onend?.();
	}

	act(id: number): void {
		this.#take(id)?.action?.run();
	}

	/** Nothing goes while somebody is about to read or press it. */
	hold(): void {
		for (const timer of this.#timers.values()) clearTimeout(timer);
		this.#timers.clear();
	}

	release(): void {
		for (const { id } of this.shown) if (!this.#timers.has(id)) this.#start(id);
	}

	#start(id: number): void {
		this.#timers.set(
			id,
			setTimeout(() => this.dismiss(id), SHOWN_MS)
		);
	}

	#take(id: number): Toast | undefined {
		clearTimeout(this.#timers.get(id));
		this.#timers.delete(id);
		const one = this.shown.find((one) => one.id === id);
		this.shown = this.shown.filter((one) => one.id !== id);
		return one;
	}
}

export const toasts = new Toasts();
