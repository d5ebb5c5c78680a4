import { useDraft } from "./use-draft.ts";

interface Props {
  label: string;
  placeholder: string;
  type?: "search" | "text";
  inputMode?: "numeric" | "text";
  /** Id of a list of suggestions. */
  list?: string;
  value: string;
  short?: boolean;
  onCommit(text: string): void;
}

/** A text field with its label, which commits what is typed after a pause, on Enter, and when it is left. */
export function DraftInput({ label, value, short = false, type: kind = "text", onCommit, ...input }: Props) {
  const { text, type, finish } = useDraft(value, onCommit);
  return (
    <label class={short ? "field short" : "field"}>
      <span>{label}</span>
      <input
        {...input}
        type={kind}
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
        onChange={finish}
        onBlur={finish}
      />
    </label>
  );
}
