/** An endpoint, with its machine where there are several. @param node empty: it is on none that is known, or there is but one */
export function EndpointName({ name, node }: { name: string; node: string }) {
  return (
    <>
      {name}
      {node !== "" && (
        <>
          {" "}
          <small class="on-node">{node}</small>
        </>
      )}
    </>
  );
}

/** The same in words, for where a table cuts it off. */
export function whereOf(name: string, node: string): string {
  return node === "" ? name : `${name} at ${node}`;
}
