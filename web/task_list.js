/** The sidebar tab with the paid tasks: their pictures, what they cost, and what can still be done with them. */

import { api } from "../../scripts/api.js"
import { app } from "../../scripts/app.js"
import { button, element, useStyles } from "./dom.js"
import { addPictureToGraph } from "./picture_node.js"
import { loadPhrases, t, translate } from "./phrases.js"
import { pictureUrl, read, send } from "./routes.js"

const MILLISECONDS_BETWEEN_LOOKS = 2500
const EVENTS = ["execution_success", "execution_error", "execution_interrupted"]

/** Actions whose node has another name; all others are called as their nodes are. */
const TITLES = { GeneratePatternsFromImage: "Extract Pattern" }
const STATES = {
  submitting: "being sent",
  looking: "being looked for",
  submitted: "in progress",
  finished: "downloading",
  stored: "ready",
  delivered: "done",
  failed: "failed",
  unknown: "unclear",
}

app.registerExtension({
  name: "picpik.TaskList",
  async setup() {
    useStyles()
    await loadPhrases()
    let list
    app.extensionManager.registerSidebarTab({
      id: "picpik.tasks",
      icon: "pi pi-palette",
      title: "PICPIK",
      tooltip: t("PICPIK tasks"),
      type: "custom",
      render: (place) => {
        list?.close()
        list = new TaskList(place)
      },
      destroy: () => list?.close(),
    })
  },
})

/** Looks anew as long as it is open. */
class TaskList {
  constructor(place) {
    this.summary = element("div", { className: "picpik-summary" })
    this.items = element("div", { className: "picpik-tasks" })
    place.replaceChildren(element("div", { className: "picpik picpik-sidebar" }, this.summary, this.items))
    this.look = () => this.update()
    this.timer = setInterval(this.look, MILLISECONDS_BETWEEN_LOOKS)
    for (const event of EVENTS) api.addEventListener(event, this.look)
    this.update()
  }

  close() {
    clearInterval(this.timer)
    for (const event of EVENTS) api.removeEventListener(event, this.look)
  }

  async update() {
    if (!this.items.isConnected && this.shown) return this.close()
    try {
      this.show(await read("tasks"))
    } catch (error) {
      this.summary.replaceChildren(element("div", { className: "picpik-trouble", textContent: error.message }))
    }
  }

  show(content) {
    const minute = Math.floor(Date.now() / 60000) // ages are shown in minutes
    const shown = JSON.stringify([content, minute])
    if (shown === this.shown) return
    this.shown = shown
    this.summary.replaceChildren(
      spent(t("Credits today"), content.spent_today),
      spent(t("Credits this month"), content.spent_this_month),
    )
    const items = content.tasks.map((task) => this.item(task))
    const none = element("p", { className: "picpik-hint", textContent: t("Tasks that you pay for are listed here.") })
    this.items.replaceChildren(...(items.length ? items : [none]))
  }

  item(task) {
    const state = element("span", { className: `picpik-state picpik-${task.state}`, textContent: t(STATES[task.state]) })
    const title = element("div", { className: "picpik-title" }, t(titleOf(task.action)), state)
    const facts = element("div", { className: "picpik-facts", textContent: factsOf(task).join(" · ") })
    const trouble = task.state === "failed" || task.state === "unknown" ? task.message : ""
    return element(
      "div",
      { className: "picpik-task", dataset: { taskUid: task.task_uid ?? "" } },
      pictures(task),
      ...task.texts.map((text) => element("p", { className: "picpik-text", textContent: text })),
      title,
      facts,
      trouble ? element("div", { className: "picpik-trouble", textContent: translate(trouble) }) : null,
      this.actions(task),
    )
  }

  actions(task) {
    const made = []
    if (task.pictures.length) made.push(button(t("Add to graph"), () => load(task, task.pictures[0])))
    if (task.collectable) made.push(button(t("Collect"), () => this.collect(task)))
    if (task.task_uid) made.push(button(t("Copy TaskUID"), () => copy(task.task_uid), { title: task.task_uid }))
    return element("div", { className: "picpik-actions" }, ...made)
  }

  async collect(task) {
    await tried(() => send("tasks/collect", { id: task.id }))
    this.update()
  }
}

function titleOf(action) {
  return TITLES[action] ?? (action.replace(/([a-z])([A-Z])/g, "$1 $2") || "Task")
}

function spent(name, credits) {
  return element("div", {}, element("span", { textContent: name }), element("b", { textContent: credits }))
}

function pictures(task) {
  const made = task.pictures.map((index) =>
    element("img", {
      src: pictureUrl(task, index, "?thumbnail"),
      loading: "lazy",
      title: t("Add this picture to the graph"),
      onclick: () => load(task, index),
    }),
  )
  return element("div", { className: made.length > 1 ? "picpik-pictures picpik-several" : "picpik-pictures" }, ...made)
}

function factsOf(task) {
  const size = task.width ? `${task.width} × ${task.height}` : ""
  const count = task.batch_size > 1 ? t("{count} pictures", { count: task.batch_size }) : ""
  const credits = task.credits === null ? "" : t("{credits} credits", { credits: task.credits })
  return [age(task.created), credits, size, count, task.account].filter(Boolean)
}

function age(since) {
  const minutes = Math.floor((Date.now() / 1000 - since) / 60)
  if (minutes < 1) return t("just now")
  if (minutes < 60) return t("{minutes} min ago", { minutes })
  if (minutes < 48 * 60) return t("{hours} h ago", { hours: Math.floor(minutes / 60) })
  return t("{days} days ago", { days: Math.floor(minutes / 1440) })
}

const load = (task, index) => tried(() => addPictureToGraph(pictureUrl(task, index), `${task.task_uid}-${index}`))

async function copy(text) {
  await tried(async () => {
    await navigator.clipboard.writeText(text)
    app.extensionManager.toast.add({ severity: "success", summary: t("Copied"), detail: text, life: 2500 })
  })
}

async function tried(work) {
  try {
    await work()
  } catch (error) {
    app.extensionManager.toast.add({ severity: "error", summary: "PICPIK", detail: error.message, life: 10000 })
  }
}
