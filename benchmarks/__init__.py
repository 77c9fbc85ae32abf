"""What `dev.py bench` runs: the pack beside ComfyUI's own partner-node helpers, in one process, on the same pictures.

start            the script: makes its process one like ComfyUI's, then runs the bench or one measured child
comfyui          ComfyUI's modules, loaded without its server
bench            everything in order, and what is written in the end
pictures         the photos, prints and masks, and result files made of them
service          a PICPIK in a process of its own that answers at once and counts
ours, peer       one call each way; the peer is made of the real functions of `comfy_api_nodes.util`
limits           what this machine needs for the parts of the work that nobody can avoid
clock            how runs are repeated, interleaved and summed up
stages           encode, sign, submit, decode, the whole call
heartbeat        how long an event loop was kept from its work
memory           peak memory and import time, each measurement in a fresh process
batches          a batch: when its first and its last picture leave, what running it again costs
batch_memory     what a batch holds, and each task that waits; a child of its own for each measurement
batch_runs       runs whose tasks end once all wait
large_batch      what a batch of 128 sends to the browser, how long it holds loops, what Cancel leaves
growth           how costs grow with the pictures, the waiting tasks and the rows of the ledger
waiting          polls, the way from a task's end to its pictures, what waiting tasks cost
cloth, seams, colours    works of the free nodes, beside what others take for the same
pattern_bench    all of them, what was promised, their part of the report
print_png        how little a print's PNG can cost; writes print_png.md
seam_verdicts    how often Check Seams and other measures are right; writes docs/seam-verdict.md
targets          what was promised, and whether it is kept
report, tables, chart, curves    the text and the pictures
"""
