/**
 * Folder of the tracer and the workloads, built elsewhere: FLOW_TRACER_BUILD. Set in emulated machines, where building
 * would take minutes, and where one build must do for every kernel. Undefined: they are built here.
 */
export const BUILT: string | undefined = process.env.FLOW_TRACER_BUILD || undefined;
