// The editors in the colours of the page.
import { pick, useGraphiQL, useGraphiQLActions, useMonaco } from "@graphiql/react";
import { useEffect } from "react";

// themes are the names of the editors' themes.
export const themes = { light: "ficus-light", dark: "ficus-dark" };

const colors = (ground, bright, soft, field) => ({
  "editor.background": "#ffffff00", "scrollbar.shadow": "#ffffff00", "toolbar.hoverBackground": soft, "input.background": field,
  ...Object.fromEntries(["editorWidget", "editorHoverWidget", "editorSuggestWidget", "menu", "quickInput"].map((part) => [part + ".background", ground])),
  ...Object.fromEntries(["list.hoverBackground", "editorSuggestWidget.selectedBackground", "inputOption.hoverBackground",
    "quickInputList.focusBackground", "menu.selectionBackground"].map((part) => [part, soft])),
  ...Object.fromEntries(["textLink.foreground", "textLink.activeForeground", "editorLink.activeForeground", "list.highlightForeground",
    "list.focusHighlightForeground", "editorSuggestWidget.selectedForeground", "focusBorder"].map((part) => [part, bright])),
});

const data = {
  light: { base: "vs", inherit: true, rules: [{ token: "argument.identifier.gql", foreground: "#6c69ce" }], colors: colors("#ffffff", "#2f7d4f", "#2f7d4f19", "#3b4b6811") },
  dark: { base: "vs-dark", inherit: true, rules: [{ token: "argument.identifier.gql", foreground: "#908aff" }], colors: colors("#212a3b", "#7cc79a", "#7cc79a19", "#b7c2d711") },
};

// useThemes has the editors know the themes, once they are there.
export function useThemes() {
  const monaco = useMonaco((state) => state.monaco);
  const { theme } = useGraphiQL(pick("theme"));
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (!monaco) return;
    for (const [kind, name] of Object.entries(themes)) monaco.editor.defineTheme(name, data[kind]);
    setTheme(theme);
  }, [monaco, theme, setTheme]);
}
