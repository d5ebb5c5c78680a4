import { UsageError } from "../errors.ts";
import type { Command } from "./command.ts";

export const stress: Command = async () => {
  throw new UsageError("There is no load yet.");
};
