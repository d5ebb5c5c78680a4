/**
 * Characters without a form of their own that turn the text around them, as Unicode's bidirectional algorithm has them: a process may
 * call itself so, and `gpj.exe` would read as `exe.jpg`.
 */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text from elsewhere as it is shown, with such characters written as their numbers. */
export function plainText(text: string): string {
  return text.search(TURNING) === -1 ? text : text.replace(TURNING, numberOf);
}

function numberOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
