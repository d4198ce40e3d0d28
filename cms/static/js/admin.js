// What every page of the back office gains with script; each part works without it.
import { watchMenus } from "./admin-menus.js";
import { guardForms } from "./admin-forms.js";

watchMenus();
guardForms();
document.getElementById("faults")?.focus();
