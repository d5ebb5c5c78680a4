import type { Healths, SourceHealth } from "../../../model/source-health.ts";
import { ClusterServices } from "./cluster-services.ts";
import { type ApiFault, type ToldFault, wordsOn } from "./faults.ts";
import type { ResourceName, Told } from "./messages.ts";

/** How it is with one thing that is watched. */
interface WatchState {
  health: SourceHealth;
  faults: Map<ApiFault, number>;
}

/** What the API server last told of the cluster's services; keeps it when it stops. */
export class ClusterMetadata {
  readonly services = new ClusterServices();
  readonly #states: Record<ResourceName, WatchState>;
  readonly #awaited: Set<ResourceName>;
  readonly #first = Promise.withResolvers<void>();

  constructor(healths: Pick<Healths, "services" | "endpointSlices">) {
    this.#states = {
      services: { health: healths.services, faults: new Map() },
      endpointslices: { health: healths.endpointSlices, faults: new Map() },
    };
    this.#awaited = new Set(["services", "endpointslices"]);
  }

  /** What was wrong so far, and how often, by source. */
  get faults(): { name: string; faults: ReadonlyMap<string, number> }[] {
    return Object.values(this.#states).map(({ health, faults }) => ({ name: health.name, faults }));
  }

  /** Once each is watched, or cannot be. */
  get firstWord(): Promise<void> {
    return this.#first.promise;
  }

  take(told: Told): void {
    const state = this.#states[told.resource];
    if (told.kind === "changes") {
      if (told.resource === "services") this.services.takeServices(told.changes);
      else this.services.takeSlices(told.changes);
    } else if (told.kind === "up") {
      if (told.leftOut === undefined) state.health.succeed();
      else state.health.fail(wordsOn(told.leftOut, told.resource));
      this.#hasWord(told.resource);
    } else {
      this.#count(state, told.fault);
      if (told.kind === "fault") return;
      state.health.fail(wordsOn(told, told.resource));
      this.#hasWord(told.resource);
    }
  }

  /** Nobody watches any more. */
  end(detail: string): void {
    const told: ToldFault = { fault: "ended", detail };
    for (const resource of ["services", "endpointslices"] as const) this.take({ resource, kind: "down", ...told });
  }

  #count({ faults }: WatchState, fault: ApiFault): void {
    faults.set(fault, (faults.get(fault) ?? 0) + 1);
  }

  #hasWord(resource: ResourceName): void {
    this.#awaited.delete(resource);
    if (this.#awaited.size === 0) this.#first.resolve();
  }
}
