// Makes an editor for JSON of each textarea[data-json]. `make vendor` bundles it with CodeMirror.
//
// The textarea stays what the form sends; without this script it is the editor. It stands in a
// shadow root, as there CodeMirror keeps its styles in a constructed style sheet, which a policy
// without 'unsafe-inline' lets be; in the document itself it would add a <style>.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// Variables of app.css reach into shadow roots, so that it follows light and dark by itself.
const look = EditorView.theme({
  "&": {
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-small)",
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
    fontSize: "0.875rem",
    maxHeight: "65vh",
    overflow: "hidden",
  },
  "&.cm-focused": { outline: "2px solid var(--focus)", borderColor: "var(--focus)" },
  "&.wrong": { borderColor: "var(--bad)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { minHeight: "12rem", caretColor: "var(--ink)" },
  ".cm-gutter": { minHeight: "12rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-wash)", outline: "1px solid var(--accent)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--sunken)", borderColor: "var(--line)", color: "var(--soft)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-diagnostic": { fontFamily: "var(--font)" },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--ink)" },
  { tag: tags.number, color: "var(--busy)" },
  { tag: [tags.bool, tags.null], color: "var(--bad)" },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: "var(--soft)" },
]);

function checker() {
  const parsed = jsonParseLinter();
  return linter((view) => (view.state.doc.toString().trim() ? parsed(view) : []), { delay: 400 });
}

function save(form) {
  form?.requestSubmit(form.querySelector('button[name="choice"][value="save"]'));
  return true;
}

// What is typed over a selection, the browser would give the style of what was there, by an
// attribute that the policy refuses, loudly: so it is put in without the browser.
function replace(event, view) {
  if (event.inputType !== "insertText" || event.data === null || view.state.selection.main.empty) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  return true;
}

function enhance(area) {
  area.dataset.enhanced = "";
  const host = document.createElement("div");
  area.after(host);
  area.hidden = true;
  const root = host.attachShadow({ mode: "open" });
  const label = area.labels[0];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        lineNumbers(),
        foldGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        indentUnit.of("  "),
        json(),
        checker(),
        syntaxHighlighting(colours),
        look,
        EditorView.contentAttributes.of({
          "aria-label": label?.textContent ?? "JSON",
          ...(area.getAttribute("aria-invalid") ? { "aria-invalid": "true" } : {}),
        }),
        EditorView.editorAttributes.of({ class: area.getAttribute("aria-invalid") ? "wrong" : "" }),
        EditorView.domEventHandlers({ beforeinput: replace }),
        // Tab is not taken: with the keyboard one gets out as one got in.
        keymap.of([
          { key: "Mod-s", run: () => save(area.form) },
          { key: "Mod-Enter", run: () => save(area.form) },
          ...defaultKeymap,
          ...historyKeymap,
          ...foldKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          area.dispatchEvent(new Event("input", { bubbles: true }));
        }),
      ],
    }),
  });
  label?.addEventListener("click", () => view.focus());
  const line = Number(area.dataset.line);
  if (line >= 1 && line <= view.state.doc.lines) {
    view.dispatch({ selection: { anchor: view.state.doc.line(line).from }, scrollIntoView: true });
    view.focus();
  }
}

function all() {
  for (const area of document.querySelectorAll("textarea[data-json]:not([data-enhanced])")) enhance(area);
}

all();
document.addEventListener("htmx:afterSettle", all);
