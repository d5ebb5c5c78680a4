import type { Container } from "./container.ts";
import type { Pod } from "./pod.ts";
import type { Service } from "./service.ts";

/** Who knows the containers of this host, and names them: it is asked now and then, and keeps its last answer. */
export interface MetadataSource {
  /** Those that run. */
  readonly containers: readonly Container[];
  /** Those that are gone, and may have left flows behind that are still to come. */
  readonly gone: readonly Container[];
  /** Both. */
  readonly known: readonly Container[];
  /** Pods that run, have ended or are gone: containers are seen at work before anybody reports them in their pods. */
  readonly knownPods: readonly Pod[];
  readonly services: readonly Service[];
  /** Goes up by one with every answer; 0: there was none. */
  readonly version: number;
  /** Whether the last answer came when it was asked. */
  readonly up: boolean;
  /** Asks for what there is now. Never rejects. */
  refresh(): Promise<void>;
  /** Takes in the containers that an earlier exporter knew. */
  restore(containers: Iterable<Container>): void;
}
