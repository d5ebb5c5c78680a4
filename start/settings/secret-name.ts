/** Words by which storages take a secret in a URL: InfluxDB's `p`, and what others call a password, a token or a key. */
const WORDS: ReadonlySet<string> = new Set(
  "p pw pwd pass passwd password passphrase token jwt key apikey secret sig signature auth authorization credential credentials".split(
    " ",
  ),
);

/** Whether a parameter of that name holds a secret, in whatever spelling: `api_key`, `accessToken`, `X-Amz-Signature`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.some((word) => WORDS.has(word));
}
