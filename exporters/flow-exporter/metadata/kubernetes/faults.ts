/** What can be wrong with the kubelet, its answer or the way to it. */
export const FAULTS = {
  no_token: "the token cannot be read (KUBELET_TOKEN_FILE)",
  no_ca: "the CA's certificate cannot be read (KUBELET_CA_FILE)",
  unreachable: "no kubelet can be reached (KUBELET_URL)",
  wrong_ca: "the kubelet's certificate is not signed by the CA of KUBELET_CA_FILE",
  wrong_host: "the kubelet's certificate is for another host than that of KUBELET_URL",
  bad_certificate: "the kubelet's certificate is not valid now",
  timeout: "the kubelet has not answered in time",
  unauthorized: "the kubelet does not accept the token: it has expired, or is another cluster's (401)",
  forbidden: "the token has no right to get nodes/pods (403)",
  refused: "the kubelet refuses to answer",
  too_long: "the kubelet's answer is too long",
  truncated: "the kubelet's answer breaks off",
  no_json: "the kubelet's answer is no JSON",
  no_list: "the kubelet's answer is no list of pods",
  too_many: "pods are left out, as the kubelet reports more than there is room for",
  bad_pod: "pods are left out, as the kubelet's answer makes no sense of them",
} as const;

/** Of what somebody else says of a fault, which goes into logs and answers. */
const MAX_DETAIL_LENGTH = 200;

export type Fault = keyof typeof FAULTS;

/** The kubelet has not answered with a list of pods; the message says why. */
export class KubeletError extends Error {
  override readonly name = "KubeletError";
  readonly fault: Fault;

  /** `detail`: what the system or the kubelet says of it. */
  constructor(fault: Fault, detail = "", options?: ErrorOptions) {
    super(detail === "" ? FAULTS[fault] : `${FAULTS[fault]}: ${detail.slice(0, MAX_DETAIL_LENGTH)}`, options);
    this.fault = fault;
  }
}
