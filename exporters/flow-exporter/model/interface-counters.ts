/** What went through an interface, both ways, headers included. */
export interface InterfaceCounters {
  bytes: number;
  packets: number;
}
