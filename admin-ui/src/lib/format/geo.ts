export interface Point {
	lon: number;
	lat: number;
}

/** A point; undefined for 0/0, which is the server's "not set". */
export function parsePoint(value: unknown): Point | undefined {
	if (typeof value !== 'object' || value === null || !('lon' in value) || !('lat' in value)) return undefined;
	const { lon, lat } = value as Point;
	return lon === 0 && lat === 0 ? undefined : { lon, lat };
}

/** 52.52000° N, 13.40500° E */
export function pointText({ lon, lat }: Point): string {
	const part = (degrees: number, [plus, minus]: [string, string]) => `${Math.abs(degrees).toFixed(5)}° ${degrees < 0 ? minus : plus}`;
	return `${part(lat, ['N', 'S'])}, ${part(lon, ['E', 'W'])}`;
}

const PAIR = /^\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*$/;

/** "52.52, 13.405" as maps copy it: latitude first. Undefined for anything else. */
export function parsePair(text: string): Point | undefined {
	const [, lat, lon] = PAIR.exec(text) ?? [];
	if (lat === undefined || lon === undefined || Math.abs(Number(lat)) > 90 || Math.abs(Number(lon)) > 180) return undefined;
	return { lon: Number(lon), lat: Number(lat) };
}
