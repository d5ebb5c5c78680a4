import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Message } from "./message.tsx";

/** A component whose code is only fetched once it is shown. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [Component, setComponent] = useState<{ it: ComponentType<P> } | undefined>(loaded && { it: loaded });
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (Component) return;
      load().then(
        (it) => {
          loaded = it;
          setComponent({ it });
        },
        () => setFailed(true),
      );
    }, [Component]);
    if (failed)
      return <Message title="This part could not be loaded">Reload the page once the exporter answers.</Message>;
    return Component ? <Component.it {...props} /> : <div class="loading" aria-busy="true" />;
  };
}
