// The application's own page: install page for an administrator until installFinish, then the main page.
import "./plain.js";
import { about } from "./api.js";
import { openFrame } from "./frames.js";

const box = document.querySelector(".app-frame");
if (box) openFrame(box, { kind: "main", clientId: about.page.clientId }, "page", { setTitle: (title) => { document.querySelector("h1").textContent = title; } });
