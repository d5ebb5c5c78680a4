/** What a user is told when the launcher gives up: the fact, the reason and the remedy, each in one sentence. */
export interface Explanation {
  what: string;
  why: string;
  fix: string;
}

/** A failure the launcher can explain. Caught once, in `start.ts`, which prints it without a stack trace. */
export class StartError extends Error {
  readonly code: string;
  readonly explanation: Explanation;

  constructor(code: string, explanation: Explanation, options?: ErrorOptions) {
    super(`${explanation.what}: ${explanation.why}`, options);
    this.name = "StartError";
    this.code = code;
    this.explanation = explanation;
  }
}

/** A command line that makes no sense; the message is the one line the user sees. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The last reason something did not work, as one line, for error texts. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? text;
}
