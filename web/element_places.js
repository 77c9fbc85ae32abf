/** Elements of our widgets in Nodes 2.0. */

import { locator } from "./graph_places.js"

/** By the node's place and the widget's name: the element that was last seen on the page. */
const seen = new Map()

/**
 * Puts an element where that of an earlier node is still shown: Nodes 2.0 does not take notice when Undo, or a workflow
 * that is opened, makes another node of the same number.
 */
export function takePlace(node, name, element) {
  const place = `${locator(node)} ${name}`
  const before = seen.get(place)
  if (before?.isConnected && !element.isConnected) before.replaceWith(element)
  if (element.isConnected) seen.set(place, element)
}
