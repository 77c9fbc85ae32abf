/** Widgets of the pack's own between those that ComfyUI makes of a node's inputs. They save nothing. */

export const MARGIN = 10 // that the classic canvas leaves above and below an element

/** The node grows by itself for nobody: in the classic canvas it is made as high as what stands in it needs. */
export function makeRoom(node) {
  if (LiteGraph.vueNodesMode || !node.graph) return
  const [width, height] = node.size
  const needed = node.computeSize()[1]
  if (height < needed) node.setSize([width, needed])
  node.setDirtyCanvas(true, true)
}

/** Moves a widget that was just added to the place behind another one. */
export function placeBehind(node, widget, other) {
  widget.serialize = false
  const { widgets } = node
  widgets.splice(widgets.indexOf(widget), 1)
  widgets.splice(widgets.indexOf(other) + 1, 0, widget)
  saveWithoutGaps(node)
}

/**
 * Saved values have no names: some front ends leave a gap in them for a widget that saves nothing, and when they load take
 * the value behind the gap for the gap's.
 */
function saveWithoutGaps(node) {
  if (node.picpikSavesWithoutGaps) return
  node.picpikSavesWithoutGaps = true
  const original = node.onSerialize
  node.onSerialize = function (content) {
    original?.call(this, content)
    if (Array.isArray(content.widgets_values)) content.widgets_values = content.widgets_values.filter(() => true)
  }
}
