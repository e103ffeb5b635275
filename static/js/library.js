// The template library: editor with live pages, pick-list of placeholders.
import "../elements/local-time.js";
import "../elements/placeholder-picker.js";
import "../elements/template-editor.js";
