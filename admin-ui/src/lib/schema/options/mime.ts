/** Types that are often wanted together. */
export const MIME_GROUPS = {
	Images: ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/svg+xml', 'image/avif'],
	Documents: [
		'application/pdf',
		'text/plain',
		'text/csv',
		'application/msword',
		'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
		'application/vnd.ms-excel',
		'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
	],
	Videos: ['video/mp4', 'video/webm', 'video/quicktime', 'video/x-msvideo'],
	Sounds: ['audio/mpeg', 'audio/ogg', 'audio/wav', 'audio/aac', 'audio/flac'],
	Archives: ['application/zip', 'application/gzip', 'application/x-7z-compressed', 'application/x-tar', 'application/vnd.rar']
} as const;

export const MIME_TYPES: readonly string[] = [
	...Object.values(MIME_GROUPS).flat(),
	'application/json',
	'application/xml',
	'text/html',
	'text/markdown',
	'application/epub+zip',
	'application/rtf',
	'font/woff2',
	'font/ttf',
	'image/tiff',
	'image/heic',
	'model/gltf-binary'
];
