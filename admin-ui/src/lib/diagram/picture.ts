import { say } from '$lib/words/words';
import { HEAD, ROW, type Box, type Edge } from './layout';

type Colours = Record<'ground' | 'surface' | 'line' | 'edge' | 'ink' | 'faint', string>;

const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The diagram as a picture of its own, in the colours it is seen in. */
export function svgOf(boxes: Box[], edges: Edge[], width: number, height: number, on: Element): string {
	const colours = coloursOn(on);
	const lines = edges.map(
		(edge) =>
			`<path d="${edge.path}" fill="none" stroke="${colours.edge}" stroke-width="1.5"${edge.field === undefined ? ' stroke-dasharray="4 4"' : ''}/>`
	);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, system-ui, sans-serif">`,
		`<rect width="100%" height="100%" fill="${colours.ground}"/>`,
		...lines,
		...boxes.map((box) => boxOf(box, colours)),
		'</svg>'
	].join('\n');
}

function boxOf({ collection, fields, more, x, y, width, height }: Box, colours: Colours): string {
	const text = (content: string, at: number, more: string) => `<text x="12" y="${at}" ${more}>${escape(content)}</text>`;
	const rows = fields.map((field, i) => {
		const at = HEAD + i * ROW + ROW / 2 + 4;
		const many = field.type === 'relation' ? (field.maxSelect > 1 ? say('many') : say('one')) : field.type;
		return (
			text(field.name, at, `font-size="12" fill="${colours.ink}"`) +
			`<text x="${width - 12}" y="${at}" font-size="11" text-anchor="end" fill="${colours.faint}">${many}</text>`
		);
	});
	if (more > 0) rows.push(text(`${more} more`, HEAD + fields.length * ROW + ROW / 2 + 4, `font-size="12" fill="${colours.faint}"`));
	return [
		`<g transform="translate(${x} ${y})">`,
		`<rect width="${width}" height="${height}" rx="7" fill="${colours.surface}" stroke="${colours.line}"/>`,
		`<path d="M0 ${HEAD}H${width}" stroke="${colours.line}"/>`,
		text(collection.name, HEAD / 2 + 4.5, `font-size="13" font-weight="600" fill="${colours.ink}"`),
		...rows,
		'</g>'
	].join('');
}

/** Tokens as colours that every program reads. */
function coloursOn(on: Element): Colours {
	const probe = document.createElement('span');
	on.append(probe);
	const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
	const of = (token: string) => {
		probe.style.color = `var(--${token})`;
		if (!pen) return '#888888';
		pen.fillStyle = getComputedStyle(probe).color;
		pen.fillRect(0, 0, 1, 1);
		const [red = 0, green = 0, blue = 0] = pen.getImageData(0, 0, 1, 1).data;
		return `rgb(${red},${green},${blue})`;
	};
	const colours = {
		ground: of('ground'),
		surface: of('surface'),
		line: of('line-strong'),
		edge: of('line-control'),
		ink: of('ink'),
		faint: of('ink-faint')
	};
	probe.remove();
	return colours;
}

/** Sharp on paper and on fine screens. */
const SCALE = 2;

export async function pngOf(svg: string, width: number, height: number): Promise<Blob> {
	const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
	try {
		const image = new Image(width, height);
		image.src = address;
		await image.decode();
		const canvas = document.createElement('canvas');
		[canvas.width, canvas.height] = [width * SCALE, height * SCALE];
		canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
		return await new Promise((resolve, reject) =>
			canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large for this browser.'))), 'image/png')
		);
	} finally {
		URL.revokeObjectURL(address);
	}
}
