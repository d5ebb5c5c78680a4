/** Version 2: what is known of translations on a half's way, and its addresses and ports before them. */
export const NAT_COLUMNS: readonly string[] = ["client", "server"].flatMap((side) => [
  `ALTER TABLE transactions ADD COLUMN ${side}_nat TEXT`,
  `ALTER TABLE transactions ADD COLUMN ${side}_socket_key TEXT`,
]);
