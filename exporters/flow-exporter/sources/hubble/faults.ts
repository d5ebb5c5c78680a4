/** What can be wrong with a source as a whole; each is counted by its name, as are faults of single events. */
const FAULTS = {
  unreachable: "no observer can be reached there",
  tls: "TLS could not be agreed on",
  bad_tls_file: "a file of HUBBLE_SOURCE_… cannot be used",
  refused: "it refuses to answer",
  not_hubble: "what answers there is no observer of Hubble's",
  too_long: "it sends more at once than an event may have",
  silent: "nothing there answers",
  ended: "it has ended the stream",
  broken: "the stream has broken off",
  no_file: "there is no such file",
  unreadable: "the file cannot be read",
} as const;

export type Fault = keyof typeof FAULTS;

/** A source does not work just now. */
export class SourceFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, detail: string) {
    super(detail === "" ? FAULTS[fault] : `${FAULTS[fault]}: ${detail}`);
    this.name = "SourceFault";
    this.fault = fault;
  }
}
