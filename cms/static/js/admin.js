// What every page of the back office gains with script; each part works without it.
import { watchMenus } from "./admin-menus.js";
import { guardForms } from "./admin-forms.js";
import { watchKeys } from "./admin-keys.js";
import { watchPalette } from "./admin-palette.js";

watchMenus();
guardForms();
watchPalette();
watchKeys();
document.getElementById("faults")?.focus();
