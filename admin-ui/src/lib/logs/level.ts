interface Level {
	value: number;
	label: string;
	/** Which of the theme's colours. */
	tone: 'faint' | 'accent' | 'warn' | 'danger';
}

export const LEVELS: Level[] = [
	{ value: -4, label: 'Debug', tone: 'faint' },
	{ value: 0, label: 'Info', tone: 'accent' },
	{ value: 4, label: 'Warning', tone: 'warn' },
	{ value: 8, label: 'Error', tone: 'danger' }
];

/** What the numbers stand for: "Debug -4, Info 0 …". */
export const levelLegend = () => LEVELS.map(({ value, label }) => `${label} ${value}`).join(', ');

/** The level an entry counts as; others than the usual ones go with the next lower. */
export const levelOf = (value: number): Level => LEVELS.findLast((level) => level.value <= value) ?? (LEVELS[0] as Level);
