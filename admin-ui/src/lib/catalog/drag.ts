/** The type under which a collection's id travels while it is dragged. */
export const DRAGGED = 'application/x-cratebase-collection';
