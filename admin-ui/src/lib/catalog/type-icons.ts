import Eye from '@lucide/svelte/icons/eye';
import Table from '@lucide/svelte/icons/table-2';
import Users from '@lucide/svelte/icons/users';
import type { CollectionType } from '$lib/api/collection';
import type { IconOf } from '$lib/ui/icon';

export const TYPE_ICONS: Record<CollectionType, IconOf> = { base: Table, auth: Users, view: Eye };
