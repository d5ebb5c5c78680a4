const nothing = () => {};

/** A log that keeps its mouth shut. */
export const silent = { info: nothing, warn: nothing, error: nothing };
