/** What the settings say before anybody has chosen: the dashboard's own accent is meant. */
export const USUAL_ACCENT = '#1055c9';
/** The hue the tokens are written in. */
const OWN_HUE = 205;
/** Less colour than this has no hue to speak of. */
const LEAST_CHROMA = 0.02;
/** Known to static/theme.js as well, which runs before the first paint. */
const KEY = 'cratebase.turn';

/** Whether the settings have an accent of their own. */
export const hasOwnAccent = (colour: string | undefined): colour is string =>
	colour !== undefined && colour.toLowerCase() !== USUAL_ACCENT && hueOf(colour) !== undefined;

/** Turns the accent to the hue of a colour; the dashboard's own for none. */
export function showAccent(colour: string | undefined): void {
	const turn = hasOwnAccent(colour) ? String(Math.round((hueOf(colour) ?? OWN_HUE) - OWN_HUE)) : '';
	if (turn) {
		document.documentElement.style.setProperty('--turn', turn);
		localStorage.setItem(KEY, turn);
	} else {
		document.documentElement.style.removeProperty('--turn');
		localStorage.removeItem(KEY);
	}
}

/** The hue of `#rrggbb` in OKLCH, in degrees; undefined for greys and what is no colour. */
export function hueOf(colour: string): number | undefined {
	const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)?.slice(1);
	if (!digits) return undefined;
	const [r = 0, g = 0, b = 0] = digits.map((two) => {
		const part = parseInt(two, 16) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
	const middle = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
	const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
	const x = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
	const y = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
	if (Math.hypot(x, y) < LEAST_CHROMA) return undefined;
	return ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
}
