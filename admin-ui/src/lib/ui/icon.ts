import type { Component } from 'svelte';

/** A component of the icon library. */
export type IconOf = Component<{ size?: number | string; strokeWidth?: number | string; 'aria-hidden'?: 'true' }>;
