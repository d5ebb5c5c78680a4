import { StringDecoder } from "node:string_decoder";

const LINE_FEED = "\n";

/**
 * Splits a stream into lines, as its chunks come; what a line may have is bounded, so that one without an end takes no memory.
 * @returns what takes the next chunk. @throws Error once a line is longer.
 */
export function lineSplitter(maxLength: number, onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split(LINE_FEED);
    rest = lines.pop() ?? "";
    if (rest.length > maxLength) throw new Error(`a line is longer than ${maxLength} characters`);
    for (const line of lines) if (line.trim() !== "") onLine(line);
  };
}
