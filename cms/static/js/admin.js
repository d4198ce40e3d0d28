// What every page of the back office gains with script; each part works without it.
import { watchMenus } from "./admin-menus.js";
import { guardForms, renewTokens } from "./admin-forms.js";
import { watchKeys } from "./admin-keys.js";
import { watchPalette } from "./admin-palette.js";

watchMenus();
guardForms();
renewTokens();
watchPalette();
watchKeys();
document.getElementById("faults")?.focus();
