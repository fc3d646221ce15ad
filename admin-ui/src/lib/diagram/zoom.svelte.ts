import { tick } from 'svelte';

const STEPS = [0.2, 0.35, 0.5, 0.65, 0.8, 1, 1.25, 1.6, 2];
const SMALLEST = Math.min(...STEPS);
const LARGEST = Math.max(...STEPS);

/** How large the diagram is drawn. Steps by buttons and keys, anything between by two fingers. */
export class Zoom {
	value = $state(1);
	#ground: HTMLElement | undefined;

	isSmallest = $derived(this.value <= SMALLEST);
	isLargest = $derived(this.value >= LARGEST);

	larger = () => this.#to(STEPS.find((step) => step > this.value + 0.01) ?? LARGEST);
	smaller = () => this.#to(STEPS.findLast((step) => step < this.value - 0.01) ?? SMALLEST);
	usual = () => this.#to(1);

	/** As large as there is room for a sheet of this size, and no larger than life. */
	async fit(width: number, height: number): Promise<void> {
		const ground = this.#ground;
		if (!ground || width === 0 || height === 0) return;
		await this.#to(Math.min(1, ground.clientWidth / width, ground.clientHeight / height), 0, 0);
		ground.scrollTo({ left: 0, top: 0, behavior: 'instant' });
	}

	/** What scrolls: pinched, and turned over with Ctrl. */
	attach(ground: HTMLElement): () => void {
		this.#ground = ground;
		let spread: { between: number; zoom: number } | undefined;
		const between = ([a, b]: Touch[]) => (a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0);
		const wheel = (event: WheelEvent) => {
			if (!event.ctrlKey) return;
			event.preventDefault();
			const steps = event.deltaY < 0 ? this.larger : this.smaller;
			steps();
		};
		/** The ground is taken hold of and moved; fingers do that without us. */
		const hold = (event: PointerEvent) => {
			if (event.pointerType === 'touch' || event.button !== 0 || !isGround(event.target)) return;
			const [left, top] = [ground.scrollLeft + event.clientX, ground.scrollTop + event.clientY];
			const move = (event: PointerEvent) => ground.scrollTo({ left: left - event.clientX, top: top - event.clientY, behavior: 'instant' });
			ground.setPointerCapture(event.pointerId);
			ground.addEventListener('pointermove', move);
			ground.addEventListener('lostpointercapture', () => ground.removeEventListener('pointermove', move), { once: true });
		};
		// Pointer events end as soon as the browser takes two fingers for scrolling; these can still be kept from it.
		const touch = (event: TouchEvent) => {
			const touches = [...event.touches];
			if (touches.length !== 2) {
				spread = undefined;
				return;
			}
			event.preventDefault();
			spread ??= { between: between(touches), zoom: this.value };
			const box = ground.getBoundingClientRect();
			const middle = (axis: 'clientX' | 'clientY') => touches.reduce((sum, one) => sum + one[axis], 0) / 2;
			void this.#to(
				(spread.zoom * between(touches)) / Math.max(1, spread.between),
				middle('clientX') - box.left,
				middle('clientY') - box.top
			);
		};
		const still = { passive: false };
		ground.addEventListener('wheel', wheel, still);
		ground.addEventListener('pointerdown', hold);
		for (const name of ['touchstart', 'touchmove', 'touchend', 'touchcancel'] as const) ground.addEventListener(name, touch, still);
		return () => {
			ground.removeEventListener('wheel', wheel);
			ground.removeEventListener('pointerdown', hold);
			for (const name of ['touchstart', 'touchmove', 'touchend', 'touchcancel'] as const) ground.removeEventListener(name, touch);
		};
	}

	/** What lies at a point of the ground stays there. */
	async #to(value: number, x = (this.#ground?.clientWidth ?? 0) / 2, y = (this.#ground?.clientHeight ?? 0) / 2): Promise<void> {
		const ground = this.#ground;
		const before = this.value;
		this.value = Math.min(Math.max(value, SMALLEST), LARGEST);
		if (!ground || this.value === before) return;
		const [left, top] = [(ground.scrollLeft + x) / before, (ground.scrollTop + y) / before];
		await tick();
		ground.scrollTo({ left: left * this.value - x, top: top * this.value - y, behavior: 'instant' });
	}
}

/** Nothing on it that is for pressing. */
const isGround = (target: EventTarget | null) => target instanceof Element && !target.closest('article, .hits path');
