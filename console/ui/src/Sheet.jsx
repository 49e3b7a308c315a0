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
    for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, elsewhere);
    whole.current?.querySelector("[role=dialog] input")?.focus();
    return () => ["pointerdown", "focusin"].forEach((kind) => document.removeEventListener(kind, elsewhere));
  }, [open]);
  const toggle = () => {
    if (!open) onOpen?.();
    setOpen(!open);
  };
  return (
    <div className="drop" ref={whole} onKeyDown={(e) => open && e.key === "Escape" && close()}>
      <button type="button" ref={button} aria-expanded={open} onClick={toggle}>{label}</button>
      {open && <div className="sheet" role="dialog" aria-label={title}>{children(close)}</div>}
    </div>
  );
}
