// The composer: each behaviour is an element of its own; they meet in the form's events.
//   change, input    something the employee decided
//   document:changed  a document that was waited for is there
//   preview:stale, preview:fresh, preview:broken   the pages' state, from <page-preview>
import "../elements/close-frame.js";
import "../elements/copy-list.js";
import "../elements/open-card.js";
import "../elements/page-preview.js";
import "../elements/place-fields.js";
import "../elements/send-request.js";
import "../elements/signer-list.js";
import "../elements/add-signer.js";
import "../elements/document-list.js";
import "../elements/upload-file.js";
import "../elements/bitrix-files.js";
import "../elements/pending-file.js";
