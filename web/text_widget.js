/** Text of a node's own input, written by the page. */

import { app } from "../../scripts/app.js"

export function writeText(widget, text) {
  widget.value = text
  widget.callback?.(text)
  app.canvas?.setDirty(true, true)
}
