import { Fragment, options, type VNode } from "preact";
import { plainText } from "../lib/plain-text.ts";

/** Attributes that are shown, or read out. */
const SHOWN = ["title", "aria-label", "placeholder"] as const;

/** From now on every text of the page is plain, whoever has written it: names come to hundreds of places. */
export function showPlainTexts(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    if (typeof vnode.type === "string" || vnode.type === Fragment) mend(vnode.props as Record<string, unknown>);
    before?.(vnode as VNode);
  };
}

function mend(props: Record<string, unknown>): void {
  const { children } = props;
  if (typeof children === "string") props.children = plainText(children);
  else if (Array.isArray(children) && children.some(isTurning)) props.children = children.map(plain);
  for (const name of SHOWN) if (isTurning(props[name])) props[name] = plain(props[name]);
}

function isTurning(value: unknown): boolean {
  return plain(value) !== value;
}

function plain(value: unknown): unknown {
  return typeof value === "string" ? plainText(value) : value;
}
