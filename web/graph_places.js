/** Where a node stands: in the graph or in a subgraph of it, and what comes into its inputs from wherever that is. */

import { app } from "../../scripts/app.js"

export const rootGraph = () => app.rootGraph ?? app.graph

/** All nodes, those in subgraphs, too. */
export function* everyNode(graph = rootGraph()) {
  for (const node of graph.nodes) {
    yield node
    if (node.subgraph) yield* everyNode(node.subgraph)
  }
}

/** The id by which ComfyUI's server knows the node: "12", or "5:12" for one in subgraph node 5. */
export function executionId(node) {
  return [...(subgraphNodesAround(node.graph) ?? []), node].map(({ id }) => id).join(":")
}

/** The node of an execution id, or undefined. */
export function nodeOfExecutionId(id) {
  const [first, ...others] = String(id).split(":")
  const inGraph = (graph, nodeId) => graph?.getNodeById(nodeId) ?? graph?.getNodeById(Number(nodeId)) ?? undefined
  return others.reduce((node, nodeId) => inGraph(node?.subgraph, nodeId), inGraph(rootGraph(), first))
}

/** The key by which the front end keeps what a node has put out. */
export function locator(node) {
  return node.graph === rootGraph() ? String(node.id) : `${node.graph.id}:${node.id}`
}

/** The node and its output slot that an input gets its data from, or null: across reroutes and edges of subgraphs. */
export function sourceOf(node, inputName) {
  const slot = node.inputs?.findIndex((input) => input.name === inputName) ?? -1
  return slot < 0 || !node.graph ? null : comingInto(node, slot) // a node that is just made stands in no graph yet
}

function comingInto(node, slot) {
  // a subgraph's node answers with a link inside of it
  const link = LiteGraph.LGraphNode.prototype.getInputLink.call(node, slot)
  if (!link) return null
  const before = node.graph.getNodeById(link.origin_id)
  if (before) return through(before, link.origin_slot)
  const around = subgraphNodesAround(node.graph)?.at(-1) // the link begins at the subgraph's own inputs
  return around ? comingInto(around, link.origin_slot) : null
}

function through(node, slot) {
  if (node.type === "Reroute") return comingInto(node, 0)
  if (!node.subgraph) return { node, slot }
  const link = node.subgraph.getLink(node.subgraph.outputs[slot]?.linkIds?.[0])
  const inside = link && node.subgraph.getNodeById(link.origin_id)
  return inside ? through(inside, link.origin_slot) : null
}

/** The subgraph nodes that one goes through from the root to this graph; a subgraph used twice counts where it is first. */
function subgraphNodesAround(graph, from = rootGraph()) {
  if (graph === from) return []
  for (const node of from.nodes) {
    const way = node.subgraph ? subgraphNodesAround(graph, node.subgraph) : null
    if (way) return [node, ...way]
  }
  return null
}
