import { type ClientReadableStream, credentials, Client as GrpcClient, type ServiceError } from "@grpc/grpc-js";
import { flowFilter } from "../../../exporters/flow-exporter/hubble/codecs.ts";
import type { HubbleEvent } from "../../../exporters/flow-exporter/hubble/event.ts";
import type { FlowsRequest } from "../../../exporters/flow-exporter/hubble/requests.ts";
import { OBSERVER, PEER } from "../../../exporters/flow-exporter/hubble/services.ts";
import type { HubbleFlow } from "../../../exporters/flow-exporter/model/hubble-flow.ts";

type Asked = Partial<Omit<FlowsRequest, "whitelist" | "blacklist">> & {
  allow?: Parameters<typeof flowFilter>[0][];
  deny?: Parameters<typeof flowFilter>[0][];
};

/** A client of an observer, as others write it: with the library for that. */
export class HubbleClient {
  readonly #client: GrpcClient;

  constructor(target: string, secured = credentials.createInsecure()) {
    this.#client = new GrpcClient(target, secured);
  }

  /** All that GetFlows tells until it ends. @throws the status it ends with */
  async flows(asked: Asked): Promise<HubbleFlow[]> {
    const told: HubbleFlow[] = [];
    for await (const event of this.stream(asked) as AsyncIterable<HubbleEvent>) {
      if (event.kind === "flow") told.push(event.flow);
    }
    return told;
  }

  stream({ allow = [], deny = [], ...asked }: Asked): ClientReadableStream<HubbleEvent> {
    const nothing = { number: 0, first: false, follow: false, sinceMs: undefined, untilMs: undefined };
    const request = { ...nothing, ...asked, whitelist: allow.map(flowFilter), blacklist: deny.map(flowFilter) };
    const { path, requestSerialize, responseDeserialize } = OBSERVER.GetFlows;
    const call = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
    return call as unknown as ClientReadableStream<HubbleEvent>;
  }

  status() {
    return this.#ask(OBSERVER.ServerStatus);
  }

  nodes() {
    return this.#ask(OBSERVER.GetNodes);
  }

  namespaces() {
    return this.#ask(OBSERVER.GetNamespaces);
  }

  /** Peers as a relay learns of them. */
  peers() {
    const { path, requestSerialize, responseDeserialize } = PEER.Notify;
    return this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
  }

  close(): void {
    this.#client.close();
  }

  #ask<Told>({
    path,
    requestSerialize,
    responseDeserialize,
  }: {
    path: string;
    requestSerialize(value: Record<string, never>): Buffer;
    responseDeserialize(bytes: Buffer): Told;
  }): Promise<Told> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        {},
        (error: ServiceError | null, told?: Told) => (error || told === undefined ? reject(error) : resolve(told)),
      );
    });
  }
}
