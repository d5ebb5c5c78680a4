/** What can be wrong with the API server, its answer or the way to it. */
const API_FAULTS = {
  no_access: "what KUBERNETES_API names cannot be read, or says no server",
  unreachable: "no API server can be reached",
  wrong_ca: "the API server's certificate is not signed by the cluster's CA",
  wrong_host: "the API server's certificate is for another host",
  bad_certificate: "the API server's certificate is not valid now",
  timeout: "the API server has not answered in time",
  unauthorized: "the API server does not accept the token: it has expired, or is another cluster's (401)",
  forbidden: "the service account has no right to list and watch this (403)",
  refused: "the API server refuses to answer",
  expired: "changes were missed, and all is asked anew (410)",
  too_long: "the API server's answer is too long",
  truncated: "the API server's answer breaks off",
  no_json: "the API server's answer is no JSON",
  no_list: "the API server's answer is no list",
  watch_error: "the API server ends the watch with an error, and all is asked anew",
  bad_event: "the API server tells of a change that makes no sense",
  too_many: "there are more of this than there is room for, and the rest is left out",
  bad_object: "some are left out, as the API server's answer makes no sense of them",
  ended: "the thread that asks the API server has ended",
} as const;

export type ApiFault = keyof typeof API_FAULTS;

/** Of what somebody else says of a fault, which goes into logs and answers. */
const MAX_DETAIL_LENGTH = 200;

/** A fault on its way between two threads. */
export interface ToldFault {
  fault: ApiFault;
  /** What the system or the API server says of it; may be empty. */
  detail: string;
}

/** The API server has not answered as it should; the message says why. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly fault: ApiFault;
  readonly detail: string;

  constructor(fault: ApiFault, detail = "", options?: ErrorOptions) {
    const brief = detail.slice(0, MAX_DETAIL_LENGTH);
    super(wordsOn({ fault, detail: brief }), options);
    this.fault = fault;
    this.detail = brief;
  }
}

export function wordsOn({ fault, detail }: ToldFault, resource = "this"): string {
  const words = API_FAULTS[fault].replace("this", resource);
  return detail === "" ? words : `${words}: ${detail}`;
}
