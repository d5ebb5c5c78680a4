import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { type Codec, codecOf, EVENTS, FLOWS_REQUESTS } from "./codecs.ts";
import type { EventsRequest, NamespacesResponse, NodesResponse, PeerChange, ServerStatusResponse } from "./requests.ts";

type Nothing = Record<string, never>;

/** Agent events and debug events are not told here: there are none. */
const NO_EVENTS = codecOf<Nothing>("observer.EventsResponse");
const EVENTS_REQUESTS = codecOf<EventsRequest>("observer.EventsRequest");

/** The methods of `observer.Observer`, for a server or a client of @grpc/grpc-js. */
export const OBSERVER = {
  GetFlows: streamed("/observer.Observer/GetFlows", FLOWS_REQUESTS, EVENTS),
  GetAgentEvents: streamed("/observer.Observer/GetAgentEvents", EVENTS_REQUESTS, NO_EVENTS),
  GetDebugEvents: streamed("/observer.Observer/GetDebugEvents", EVENTS_REQUESTS, NO_EVENTS),
  GetNodes: single(
    "/observer.Observer/GetNodes",
    codecOf<Nothing>("observer.GetNodesRequest"),
    codecOf<NodesResponse>("observer.GetNodesResponse"),
  ),
  GetNamespaces: single(
    "/observer.Observer/GetNamespaces",
    codecOf<Nothing>("observer.GetNamespacesRequest"),
    codecOf<NamespacesResponse>("observer.GetNamespacesResponse"),
  ),
  ServerStatus: single(
    "/observer.Observer/ServerStatus",
    codecOf<Nothing>("observer.ServerStatusRequest"),
    codecOf<ServerStatusResponse>("observer.ServerStatusResponse"),
  ),
} satisfies ServiceDefinition;

/** The method of `peer.Peer`. */
export const PEER = {
  Notify: streamed(
    "/peer.Peer/Notify",
    codecOf<Nothing>("peer.NotifyRequest"),
    codecOf<PeerChange>("peer.ChangeNotification"),
  ),
} satisfies ServiceDefinition;

function single<Asked, Told>(path: string, asked: Codec<Asked>, told: Codec<Told>): MethodDefinition<Asked, Told> {
  return method(path, asked, told, false);
}

function streamed<Asked, Told>(path: string, asked: Codec<Asked>, told: Codec<Told>): MethodDefinition<Asked, Told> {
  return method(path, asked, told, true);
}

function method<Asked, Told>(
  path: string,
  asked: Codec<Asked>,
  told: Codec<Told>,
  responseStream: boolean,
): MethodDefinition<Asked, Told> {
  return {
    path,
    requestStream: false,
    responseStream,
    requestSerialize: asked.encode,
    requestDeserialize: asked.decode,
    responseSerialize: told.encode,
    responseDeserialize: told.decode,
  };
}
