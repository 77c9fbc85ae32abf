/** What undo brings back. */

import { app } from "../../scripts/app.js"

/** Tells ComfyUI of a change that no click on its canvas has made: it would not see it by itself. */
export function saveForUndo() {
  const tracker = app.extensionManager.workflow?.activeWorkflow?.changeTracker
  if (tracker?.captureCanvasState) tracker.captureCanvasState()
  else tracker?.checkState?.()
}
