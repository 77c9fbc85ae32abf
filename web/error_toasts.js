/** ComfyUI hides a node's own words behind "View details": the errors of our nodes are shown in full, at once. */

import { api } from "../../scripts/api.js"
import { app } from "../../scripts/app.js"
import { loadPhrases, translate } from "./phrases.js"

const MILLISECONDS_SHOWN = 20000

app.registerExtension({
  name: "picpik.ErrorToasts",
  async setup() {
    await loadPhrases()
    api.addEventListener("execution_error", ({ detail }) => {
      if (detail.node_type?.startsWith("Picpik")) show(detail)
    })
  },
})

function show({ node_id, node_type, exception_message }) {
  app.extensionManager.toast.add({
    severity: "error",
    summary: app.graph.getNodeById(node_id)?.title ?? node_type,
    detail: translate(exception_message.trim()),
    life: MILLISECONDS_SHOWN,
  })
}
