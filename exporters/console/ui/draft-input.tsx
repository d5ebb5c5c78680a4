import { useId } from "preact/hooks";
import { type FaultOf, useDraft } from "./use-draft.ts";

interface Props {
  label: string;
  placeholder: string;
  type?: "search" | "text";
  inputMode?: "numeric" | "text";
  /** Id of a list of suggestions. */
  list?: string;
  value: string;
  short?: boolean;
  faultOf?: FaultOf;
  onCommit(text: string): void;
}

/**
 * A text field with its label, which commits what is typed after a pause, on Enter, and when it is left. What is wrong
 * with it stands in the label's place until it is right.
 */
export function DraftInput({ label, value, short = false, type: kind = "text", faultOf, onCommit, ...input }: Props) {
  const { text, fault, type, finish } = useDraft(value, onCommit, faultOf);
  const id = useId();
  return (
    <div class={short ? "field short" : "field"}>
      <label for={id} class={fault === undefined ? "" : "unseen"}>
        {label}
      </label>
      {fault !== undefined && (
        <span class="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
      <input
        {...input}
        {...(fault !== undefined && { "aria-invalid": true, "aria-describedby": `${id}-fault` })}
        id={id}
        type={kind}
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
        onChange={finish}
        onBlur={finish}
      />
    </div>
  );
}
