/** A part the stack comes up without, and the reason a user is told. */
export interface LeftOut {
  part: string;
  reason: string;
}
