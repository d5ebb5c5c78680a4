import { frame } from "../grpc/frames.ts";
import type { Method } from "../grpc/server.ts";
import { GrpcError } from "../grpc/status.ts";
import { gone, single } from "./observer.ts";

/** grpc.health.v1.HealthCheckResponse with status, field 1, SERVING: small enough to write down. */
const SERVING = Buffer.from([8, 1]);
/** As Hubble's own server calls itself; the name in the schema, and the server as a whole. */
const SERVICES: ReadonlySet<string> = new Set(["", "hubble.server.Observer", "observer.Observer", "peer.Peer"]);
const PATIENCE_MS = 10_000;

/** The methods of grpc.health.v1.Health, which `hubble status` asks first. */
export function healthMethods(): [string, Method][] {
  return [
    [
      "/grpc.health.v1.Health/Check",
      (request, call) => {
        const service = serviceOf(request);
        if (!SERVICES.has(service)) throw new GrpcError("NOT_FOUND", `${service.slice(0, 100)} is not served here`);
        return single(() => SERVING)(request, call);
      },
    ],
    [
      "/grpc.health.v1.Health/Watch",
      async (_request, call) => {
        await call.write(frame(SERVING), PATIENCE_MS);
        await gone(call);
      },
    ],
  ];
}

/** Of a HealthCheckRequest, whose only field is that name; left out: the server. */
function serviceOf(request: Buffer): string {
  if (request.length === 0) return "";
  if (request[0] !== 10 || request[1] !== request.length - 2) {
    throw new GrpcError("INVALID_ARGUMENT", "it is no HealthCheckRequest");
  }
  return request.subarray(2).toString();
}
