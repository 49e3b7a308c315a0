// A button with a sheet beneath it, which ends with Escape or when something else is clicked or focused.
import { useEffect, useRef, useState } from "react";

export function Sheet({ label, title, onOpen, children }) {
  const [open, setOpen] = useState(false);
  const whole = useRef(null), button = useRef(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const elsewhere = (e) => !whole.current?.contains(e.target) && setOpen(false);
    const escape = (e) => e.key === "Escape" && close();
    const ears = [["pointerdown", elsewhere], ["focusin", elsewhere], ["keydown", escape]];
    for (const [kind, ear] of ears) document.addEventListener(kind, ear);
    whole.current?.querySelector("[role=dialog] input")?.focus();
    return () => ears.forEach(([kind, ear]) => document.removeEventListener(kind, ear));
  }, [open]);
  const toggle = () => {
    if (!open) onOpen?.();
    setOpen(!open);
  };
  return (
    <div className="drop" ref={whole}>
      <button type="button" ref={button} aria-expanded={open} onClick={toggle}>{label}</button>
      {open && <div className="sheet" role="dialog" aria-label={title}>{children(close)}</div>}
    </div>
  );
}
