/** A part the stack comes up without, and the reason a user is given. */
export interface LeftOut {
  part: string;
  reason: string;
}
