/** Each time another transaction got its work done, so that all of them end. */
const MAX_TRIES = 100;

/** Does `work` again as long as it fails in a way that passes. Rejects with its last error. */
export async function retried<Result>(
  work: () => Promise<Result>,
  isPassing: (error: unknown) => boolean,
): Promise<Result> {
  for (let left = MAX_TRIES; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 1 || !isPassing(error)) throw error;
    }
  }
}
