/**
 * Takes one line of progress. `notice` marks what a user must be able to read also where progress is not shown: what is
 * about to be done to the machine.
 */
export type Report = (line: string, kind?: "notice") => void;
