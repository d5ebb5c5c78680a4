import { StringDecoder } from "node:string_decoder";

const LINE_FEED = "\n";

/**
 * Splits a stream into lines, as its chunks come; what a line may have is bounded, so that one without an end takes no memory.
 * @param onLong called once for a line that is longer, all of which is passed over; without it that is an error.
 * @returns what takes the next chunk. @throws Error once a line is longer.
 */
export function lineSplitter(
  maxLength: number,
  onLine: (line: string) => void,
  onLong: () => void = () => {
    throw new Error(`a line is longer than ${maxLength} characters`);
  },
): (chunk: Buffer) => void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let isLong = false;
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split(LINE_FEED);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!isLong && line.trim() !== "") onLine(line);
      isLong = false;
    }
    if (rest.length <= maxLength && !isLong) return;
    rest = "";
    if (!isLong) onLong();
    isLong = true;
  };
}
