/** Looking again and again at what changes without telling, such as what is upstream of a node. */

const MILLISECONDS_BETWEEN_LOOKS = 300

/**
 * Calls `look` as long as the node stands in a graph, which it may leave for another, as into a subgraph; `opened` and
 * `closed` when it comes and goes.
 */
export function follow(node, look, { opened, closed, milliseconds = MILLISECONDS_BETWEEN_LOOKS } = {}) {
  let timer
  chain(node, "onAdded", () => {
    clearInterval(timer)
    timer = setInterval(look, milliseconds)
    opened?.()
  })
  chain(node, "onRemoved", () => {
    clearInterval(timer)
    closed?.()
  })
}

function chain(node, name, done) {
  const original = node[name]
  node[name] = function (...values) {
    original?.apply(this, values)
    done()
  }
}
