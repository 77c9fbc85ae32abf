/** ComfyUI hides a node's own words behind "View details": the errors of our nodes are shown in full, at once. */

import { api } from "../../scripts/api.js"
import { app } from "../../scripts/app.js"
import { nodeOfExecutionId } from "./graph_places.js"
import { loadPhrases, translate } from "./phrases.js"

const MILLISECONDS_SHOWN = 20000

app.registerExtension({
  name: "picpik.ErrorToasts",
  async setup() {
    await loadPhrases()
    const shown = []
    api.addEventListener("execution_error", ({ detail }) => {
      if (detail.node_type?.startsWith("Picpik")) shown.push(show(detail))
    })
    // the next run has its own story
    api.addEventListener("execution_start", () => shown.splice(0).forEach((takeAway) => takeAway()))
  },
})

/** Shows what the node says, and gives what takes it away again. */
function show({ node_id, node_type, exception_message }) {
  const title = nodeOfExecutionId(node_id)?.title ?? node_type
  const text = translate(exception_message.trim())
  const { toast } = app.extensionManager
  if (toast.dismiss) {
    const id = toast.error(title, { description: text, duration: MILLISECONDS_SHOWN })
    return () => toast.dismiss(id)
  }
  const message = { severity: "error", summary: title, detail: text, life: MILLISECONDS_SHOWN } // of older front ends
  toast.add(message)
  return () => toast.remove(message)
}
