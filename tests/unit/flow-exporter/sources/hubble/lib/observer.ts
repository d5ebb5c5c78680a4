import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData } from "@grpc/grpc-js";
import { encodeEvent } from "../../../../../../exporters/flow-exporter/hubble/event-bytes.ts";
import { readEvent } from "../../../../../../exporters/flow-exporter/hubble/event-json.ts";
import type { FlowsRequest, ServerStatusResponse } from "../../../../../../exporters/flow-exporter/hubble/requests.ts";
import { OBSERVER } from "../../../../../../exporters/flow-exporter/hubble/services.ts";

type Call = ServerWritableStream<FlowsRequest, Buffer>;

/** An observer on this machine: what it is asked, and the streams that it answers with. */
export class Observer {
  readonly requests: FlowsRequest[] = [];
  readonly calls: Call[] = [];
  /** How often it was asked for its status. */
  statuses = 0;
  /** It says nothing of that any more. */
  isSilent = false;
  port = 0;
  #server: Server | undefined;

  async start(credentials = ServerCredentials.createInsecure(), port = 0): Promise<this> {
    const server = new Server();
    server.addService(
      { GetFlows: OBSERVER.GetFlows, ServerStatus: OBSERVER.ServerStatus },
      {
        ServerStatus: (_call: unknown, answer: sendUnaryData<Partial<ServerStatusResponse>>) => {
          this.statuses += 1;
          if (!this.isSilent) answer(null, {});
        },
        GetFlows: (call: Call) => {
          this.requests.push(call.request);
          this.calls.push(call);
        },
      },
    );
    this.port = await new Promise<number>((resolve, reject) =>
      server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
    );
    this.#server = server;
    return this;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Tells whoever asked last: lines of JSON as events, or bytes as they are. */
  tell(...events: readonly (string | Buffer)[]): void {
    const call = this.calls.at(-1);
    for (const event of events) call?.write(typeof event === "string" ? encodeEvent(readEvent(event)) : event);
  }

  /** Breaks all off, as when it is killed. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
  }
}
