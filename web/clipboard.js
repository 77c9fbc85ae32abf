/** Copying, also where ComfyUI is opened over plain http from another computer: there a page is given no clipboard. */

import { element } from "./dom.js"
import { t } from "./phrases.js"

export async function copyText(text) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text)
  else copyBySelecting(text)
}

function copyBySelecting(text) {
  const focused = document.activeElement
  const selected = element("textarea", { value: text, readOnly: true, className: "picpik-unseen" })
  document.body.append(selected)
  selected.select()
  const isCopied = document.execCommand("copy")
  selected.remove()
  focused?.focus()
  if (!isCopied) throw new Error(t("The browser did not copy {text}.", { text }))
}
