/** What a browser can show of a file, by the ending of its name. */
export type FileKind = 'image' | 'video' | 'audio' | 'text' | 'other';

const ENDINGS: [FileKind, RegExp][] = [
	['image', /\.(png|jpe?g|gif|webp|svg|avif|bmp|ico)$/i],
	['video', /\.(mp4|m4v|webm|ogv|mov)$/i],
	['audio', /\.(mp3|m4a|wav|ogg|oga|opus|flac|aac)$/i],
	['text', /\.(txt|md|csv|tsv|json|ndjson|log|xml|ya?ml|toml|html?|css|js|ts|sql)$/i]
];

export const fileKind = (name: string): FileKind => ENDINGS.find(([, endings]) => endings.test(name))?.[0] ?? 'other';
