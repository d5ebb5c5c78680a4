/** What creating and starting the containers takes at most on a machine that is neither slow nor busy. */
const USUAL_SECONDS = 10;
const MOST = 10;

/**
 * How many times longer than usual to wait for what the containers do, told by how long it took to start them: an
 * emulated or overloaded machine needs minutes for what takes seconds elsewhere, and there a user is told early.
 */
export function patienceOf(upSeconds: number): number {
  return Math.min(Math.max(upSeconds / USUAL_SECONDS, 1), MOST);
}
