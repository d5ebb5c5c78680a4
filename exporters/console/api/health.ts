import { signal } from "@preact/signals";

/** Why the last question to the exporter got no answer; undefined while it answers. */
export const exporterDown = signal<string | undefined>(undefined);

/** When the recording was made that the exporter shows; undefined: it shows what goes on now. */
export const recordedAt = signal<string | undefined>(undefined);

/** Whether there is a Prometheus to ask: beside a recording there is none; undefined until the exporter has answered. */
export const hasPrometheus = signal<boolean | undefined>(undefined);

/** Why other machines are not shown although a store is shared with them; undefined: they are, or there are none. */
export const storeDown = signal<string | undefined>(undefined);

/** Why the last question to Prometheus got no answer; undefined while it answers, or was not asked. */
export const prometheusDown = signal<string | undefined>(undefined);
