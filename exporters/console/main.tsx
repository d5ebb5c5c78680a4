import { render } from "preact";
import { App } from "./app.tsx";
import { showPlainTexts } from "./ui/plain-texts.ts";
import "./style.css";

const root = document.getElementById("app");
showPlainTexts();
if (root) render(<App />, root);
