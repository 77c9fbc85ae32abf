/**
 * What was learned of a service: where it differs from what the pack assumes, with a button where that can be
 * corrected, and the report that may be sent to the makers of the pack. What is copied is shown first.
 */

import { copyText } from "./clipboard.js"
import { button, element } from "./dom.js"
import { t, translate } from "./phrases.js"

const REPORTS = "https://github.com/picpik-nodes/ComfyUI-PICPIK/issues/new?template=difference.md"

/** `act(route, body, part)` sends a change and shows what is known then. */
export function serviceReport(known, { changeable, act, say }) {
  if (!known.service) return [hint(t("The sandbox inside ComfyUI does what the pack assumes."))]
  if (!known.report) return [hint(t("Nothing is known of {service} yet: run a node, or test the connection.", known))]
  return [
    element("b", { textContent: t("What {service} does", known) }),
    differences(known.differences, changeable, act),
    corrections(known.corrected, changeable, act),
    hint(t("This is what a report says. No keys, prompts, pictures, TaskUIDs or URLs are in it. Read it first:")),
    element("textarea", {
      className: "picpik-report",
      value: known.report,
      readOnly: true,
      rows: 10,
      ariaLabel: t("Report"),
    }),
    element(
      "div",
      { className: "picpik-actions" },
      button(t("Copy report"), () => copied(known.report, say), { dataset: { part: "copy" } }),
      element("a", { href: REPORTS, target: "_blank", rel: "noreferrer", textContent: t("Report a difference…") }),
    ),
  ]
}

function differences(listed, changeable, act) {
  if (!listed.length) return hint(t("Nothing differs from what the pack assumes."))
  const lines = listed.map(({ key, what, can_be_corrected }) => {
    const correct = () => act("service_facts/correct", { key }, what)
    const correction = can_be_corrected && changeable ? button(t("Correct"), correct, { dataset: { part: key } }) : null
    return element("li", { className: "picpik-differs" }, `${translate(what)} `, correction)
  })
  return element("ul", { className: "picpik-findings" }, ...lines)
}

function corrections(corrected, changeable, act) {
  if (!Object.keys(corrected).length) return null
  const takeBack = () => act("service_facts/take_back", {}, null)
  const text = t("Corrected: {corrections}", { corrections: JSON.stringify(corrected) })
  return element("div", {}, `${text} `, changeable ? button(t("Take corrections back"), takeBack, { dataset: { part: "back" } }) : null)
}

async function copied(report, say) {
  await copyText(report)
  say(t("Copied"))
}

const hint = (text) => element("div", { className: "picpik-hint", textContent: text })
