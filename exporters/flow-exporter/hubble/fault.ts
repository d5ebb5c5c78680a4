/** What can be wrong with what somebody sends; each is counted by this name. */
export type HubbleFaultName = "no_json" | "no_event" | "bad_frame" | "bad_field";

/** What was read is no event of Hubble's. `detail` says where it is not, for a log's line. */
export class HubbleFault extends Error {
  readonly fault: HubbleFaultName;

  constructor(fault: HubbleFaultName, detail: string) {
    super(`${fault}: ${detail}`);
    this.name = "HubbleFault";
    this.fault = fault;
  }
}
