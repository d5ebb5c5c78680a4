import type { FlowFilter } from "../../../hubble/requests.ts";
import type { HubbleEndpoint, HubbleFlow } from "../../../model/hubble-flow.ts";

/** Whether a flow is one of those asked for. */
export type Test = (flow: HubbleFlow) => boolean;

/** Makes a test of a field's values, which are one at least. @throws FilterFault */
export type Build<Name extends keyof FlowFilter> = (values: NonNullable<FlowFilter[Name]>) => Test;

/** A filter makes no sense, or asks for what is not known here. The message names it. */
export class FilterFault extends Error {
  override readonly name = "FilterFault";
  /** What is asked for could make sense, but not here. */
  readonly isUnknownHere: boolean;

  constructor(message: string, isUnknownHere = false) {
    super(message);
    this.isUnknownHere = isUnknownHere;
  }
}

/** The two ends of a flow, which have the same filters. */
export interface Side {
  endpoint(flow: HubbleFlow): HubbleEndpoint | undefined;
  address(flow: HubbleFlow): string;
  port(flow: HubbleFlow): number | undefined;
  names(flow: HubbleFlow): readonly string[];
  service(flow: HubbleFlow): { name: string; namespace: string } | undefined;
}

export const SOURCE: Side = {
  endpoint: ({ source }) => source,
  address: ({ sourceAddress }) => sourceAddress,
  port: ({ l4 }) => l4?.sourcePort,
  names: ({ sourceNames }) => sourceNames,
  service: ({ sourceService }) => sourceService,
};

export const DESTINATION: Side = {
  endpoint: ({ destination }) => destination,
  address: ({ destinationAddress }) => destinationAddress,
  port: ({ l4 }) => l4?.destinationPort,
  names: ({ destinationNames }) => destinationNames,
  service: ({ destinationService }) => destinationService,
};
