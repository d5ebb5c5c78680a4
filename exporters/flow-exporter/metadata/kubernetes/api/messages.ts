import type { ClusterService, EndpointSlice } from "../../../model/cluster-service.ts";
import type { ToldFault } from "./faults.ts";

/** What is watched, in Kubernetes' plural words, and what is kept of one. */
export interface Watched {
  services: ClusterService;
  endpointslices: EndpointSlice;
}

export type ResourceName = keyof Watched;

/** What the thread says of one resource. */
export type Told<Name extends ResourceName = ResourceName> = Name extends ResourceName
  ?
      | { resource: Name; kind: "changes"; changes: Changes<Watched[Name]> }
      /** It is watched, and all changes up to now have been told; `leftOut`: why some are not, undefined: all are. */
      | { resource: Name; kind: "up"; leftOut: ToldFault | undefined }
      /** It is not; what has been told still stands. */
      | ({ resource: Name; kind: "down" } & ToldFault)
      /** Something of it is wrong, and is mended or left out. */
      | ({ resource: Name; kind: "fault" } & ToldFault)
  : never;

export interface Changes<Value> {
  /** These are all there are: whatever was told before and is not among them is gone. */
  isWhole: boolean;
  /** By namespace and name. */
  set: [string, Value][];
  removed: string[];
}
