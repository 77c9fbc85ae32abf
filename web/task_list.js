/** The sidebar tab with the paid tasks: what was spent, and a card for each task. */

import { api } from "../../scripts/api.js"
import { app } from "../../scripts/app.js"
import { element, hold, useStyles, write } from "./dom.js"
import { loadPhrases, t } from "./phrases.js"
import { read } from "./routes.js"
import { TaskCard } from "./task_card.js"

const MILLISECONDS_BETWEEN_LOOKS = 2500
const EVENTS = ["execution_success", "execution_error", "execution_interrupted"]

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

/** Looks anew as long as it is open, and changes on the page only what has changed. */
class TaskList {
  constructor(place) {
    this.today = element("b")
    this.thisMonth = element("b")
    this.summary = element(
      "div",
      { className: "picpik-summary" },
      spent(t("Credits today"), this.today),
      spent(t("Credits this month"), this.thisMonth),
    )
    this.trouble = element("div", { className: "picpik-trouble", role: "alert" })
    this.tasks = element("ul", { className: "picpik-tasks" })
    this.none = element("p", { className: "picpik-hint", textContent: t("Tasks that you pay for are listed here.") })
    this.cards = new Map()
    this.root = element("div", { className: "picpik picpik-sidebar" })
    place.replaceChildren(this.root)
    this.look = () => this.update()
    this.timer = setInterval(this.look, MILLISECONDS_BETWEEN_LOOKS)
    for (const event of EVENTS) api.addEventListener(event, this.look)
    this.update()
  }

  close() {
    this.isClosed = true
    clearInterval(this.timer)
    for (const event of EVENTS) api.removeEventListener(event, this.look)
    for (const card of this.cards.values()) card.close()
  }

  async update() {
    if (!this.root.isConnected && this.wasShown) this.close()
    if (this.isClosed) return
    try {
      const content = await read("tasks")
      if (!this.isClosed) this.show(content)
    } catch (error) {
      write(this.trouble, error.message)
      hold(this.root, this.trouble, this.tasks)
    }
  }

  show(content) {
    this.wasShown = true
    write(this.today, String(content.spent_today))
    write(this.thisMonth, String(content.spent_this_month))
    for (const id of this.cards.keys()) {
      if (!content.tasks.some((task) => task.id === id)) this.drop(id)
    }
    const cards = content.tasks.map((task) => this.card(task))
    hold(this.tasks, ...cards.map((card) => card.root))
    hold(this.root, this.summary, cards.length ? this.tasks : this.none)
  }

  card(task) {
    const card = this.cards.get(task.id) ?? new TaskCard(this.look)
    this.cards.set(task.id, card)
    card.show(task)
    return card
  }

  drop(id) {
    this.cards.get(id).close()
    this.cards.delete(id)
  }
}

const spent = (name, credits) => element("div", {}, element("span", { textContent: name }), credits)
