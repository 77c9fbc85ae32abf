/** The pack's own routes. An error is thrown with the text that the pack's answer gives. */

import { api } from "../../scripts/api.js"
import { translate } from "./phrases.js"

export const read = async (route) => (await call(route)).json()

export const send = async (route, body) => {
  const headers = { "Content-Type": "application/json" }
  return (await call(route, { method: "POST", headers, body: JSON.stringify(body) })).json()
}

/**
 * The bytes of a stored picture. An <img> that fetched them itself would not say who the user is, which ComfyUI asks
 * where there are several. They never change, so the browser may keep them.
 */
export const readPicture = async (task, index, query = "") =>
  (await call(`tasks/${task.id}/pictures/${index}${query}`, { cache: "default" })).blob()

async function call(route, options = {}) {
  const answer = await api.fetchApi(`/picpik/${route}`, options)
  if (answer.ok) return answer
  const { error = {} } = await answer.json().catch(() => ({}))
  throw asError({ what: `HTTP ${answer.status}`, ...error })
}

/** What was told of a trouble, to be read in the interface's language. */
export const asError = ({ what, do: advice }) => new Error(translate([what, advice].filter(Boolean).join("\n")))
