// The request page and lists of requests.
import "../elements/keep-fresh.js";
import "../elements/live-form.js";
import "../elements/local-time.js";
import "../elements/more-lines.js";
import "../elements/signature-field.js";
