/** The pack's own routes. An error is thrown with the text that the pack's answer gives. */

import { api } from "../../scripts/api.js"
import { translate } from "./phrases.js"

export const read = (route) => call(route, {})

export const send = (route, body) =>
  call(route, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })

export const pictureUrl = (task, index, query = "") => api.apiURL(`/picpik/tasks/${task.id}/pictures/${index}${query}`)

async function call(route, options) {
  const answer = await api.fetchApi(`/picpik/${route}`, options)
  const content = await answer.json().catch(() => ({}))
  if (!answer.ok) {
    const { what = `HTTP ${answer.status}`, do: advice = "" } = content.error ?? {}
    throw new Error(translate([what, advice].filter(Boolean).join("\n")))
  }
  return content
}
