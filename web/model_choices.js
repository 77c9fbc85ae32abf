/**
 * The lists of models on our nodes follow what the service last listed. A saved value that is not in the list stays:
 * the service judges it. A code that is not in the list can be typed, by a button below the list.
 */

import { app } from "../../scripts/app.js"
import { everyNode } from "./graph_places.js"
import { loadPhrases, t } from "./phrases.js"
import { asError, read, send } from "./routes.js"
import { saveForUndo } from "./undo.js"
import { placeBehind } from "./widget_places.js"

const LISTS = {
  PicpikExtractPattern: ["main_model", "main"],
  PicpikApplyReferencePattern: ["main_model", "main"],
  PicpikApplyReferenceStyle: ["main_model", "main"],
  PicpikGenerateImages: ["main_model", "main"],
  PicpikModel: ["model_code", "main"],
  PicpikSubModel: ["model_code", "sub"],
}
const BUTTON = "picpik_other_code"
const STALE_AFTER_SECONDS = 3600
let known = { main: ["PICPIK General"], sub: [], as_of: 0 }

app.registerExtension({
  name: "picpik.ModelChoices",
  async setup() {
    await loadPhrases()
    await rereadModels()
  },
  nodeCreated(node) {
    addButton(node)
    offer(node)
  },
  loadedGraphNode: offer,
  refreshComboInNodes() {
    offerEverywhere() // ComfyUI has put back the lists of its node definitions
    askInTheBackground()
  },
})

/** Offers what is known of the default account's models, and asks the service anew where that is old. */
export async function rereadModels() {
  known = await read("models")
  offerEverywhere()
  if (Date.now() / 1000 - known.as_of > STALE_AFTER_SECONDS) askInTheBackground()
}

/** Asks the service anew and gives the list; throws what kept it from being asked. */
export async function refreshModels() {
  known = await send("models/refresh", {})
  offerEverywhere()
  if (known.trouble) throw asError(known.trouble)
  return known
}

/** Nobody waits for the service, and without keys the list of last time stays; the settings panel says why. */
function askInTheBackground() {
  refreshModels().catch(() => {})
}

function offerEverywhere() {
  for (const node of everyNode()) offer(node)
}

function offer(node) {
  const widget = listOf(node)
  if (widget) widget.options.values = choices(LISTS[node.comfyClass][1], widget.value)
}

function listOf(node) {
  const [name] = LISTS[node.comfyClass] ?? []
  return node.widgets?.find((each) => each.name === name)
}

function choices(kind, value) {
  const codes = kind === "sub" ? ["", ...known.sub] : known.main
  const own = typeof value === "string" ? [value] : []
  return [...new Set([...codes, ...own])]
}

function addButton(node) {
  const list = listOf(node)
  if (!list) return
  const options = { serialize: false }
  const button = node.addWidget("button", BUTTON, null, () => askForCode(node, list), options)
  button.label = t("Other model code…")
  placeBehind(node, button, list)
}

/** Nothing changes but by a code that was typed and confirmed. */
async function askForCode(node, list) {
  const typed = await app.extensionManager.dialog.prompt({
    title: t("Other model code…"),
    message: t("Code of the model, as PICPIK gives it:"),
    defaultValue: list.value,
  })
  const code = typed?.trim()
  if (!code || code === list.value) return
  list.options.values = choices(LISTS[node.comfyClass][1], code)
  list.value = code
  list.callback?.(code)
  app.canvas?.setDirty(true, true)
  saveForUndo()
}
