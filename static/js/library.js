// The template library: editor with live pages, pick-list of placeholders, fields placed on a PDF.
import "../elements/local-time.js";
import "../elements/place-fields.js";
import "../elements/placeholder-picker.js";
import "../elements/template-editor.js";
