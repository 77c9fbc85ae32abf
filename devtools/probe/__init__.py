"""What `dev.py probe` runs: the first, paid conversation with a real service, in which each task pins one unknown.

permission  what is refused before anything is set up
command     the whole run, and what is said and written in the end
trials      the tasks and free calls, cheapest first, and what each tells
probing     one task: paid within the cap, never lost, never paid again by a second run
budget      what tasks cost, and when to stop
journal     what was found out and spent by earlier runs
pictures    the smallest pictures that tell something
table       "we assume / the service says", with the line of code that holds each assumption
"""
