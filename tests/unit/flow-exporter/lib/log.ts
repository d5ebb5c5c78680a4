const nothing = () => {};

/** A log that drops what it gets. */
export const silent = { info: nothing, warn: nothing, error: nothing };
