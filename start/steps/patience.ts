/** What creating and starting the containers takes at most on a machine that is neither slow nor busy. */
const USUAL_SECONDS = 10;
const MOST = 10;

/**
 * How many times longer than usual to wait for what the containers do, judged by how long it took to start them: an
 * emulated or overloaded machine needs minutes for what takes seconds elsewhere, and there a user is informed early.
 */
export function patienceOf(upSeconds: number): number {
  return Math.min(Math.max(upSeconds / USUAL_SECONDS, 1), MOST);
}

const USUAL_HEALTH_SECONDS = 5;
const MAX_HEALTH_SECONDS = 60;

/**
 * How often to check a service's health, judged by how long the engine took over one container that was never started:
 * each check makes it start a program, and where that takes seconds, six services checked every five leave no time
 * for the services themselves.
 */
function healthSecondsOf(containerSeconds: number): number {
  return Math.round(Math.min(Math.max(containerSeconds, 1) * USUAL_HEALTH_SECONDS, MAX_HEALTH_SECONDS));
}

/**
 * The same for a stack that may be there already: its own interval then. Compose makes every container anew whose
 * health check has changed, and how busy the machine is just now is no reason for that.
 * @param containers what there is of the stack.
 */
export function healthSecondsFor(
  containers: readonly { healthSeconds: number | undefined }[],
  containerSeconds: number,
): number {
  return (
    containers.find(({ healthSeconds }) => healthSeconds !== undefined)?.healthSeconds ??
    healthSecondsOf(containerSeconds)
  );
}
