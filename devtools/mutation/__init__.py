"""`dev.py mutate`: do the tests notice when the code that spends money is changed by one small fault?

A *mutant* is one source file with one such change. Each is judged in a process of its own, forked from one that has
already imported all third parties: only the pack and the tests are imported again, by a loader that gives the changed
source. Nothing is written to the checkout. First the tests run once on the unchanged code, which tells how long each
takes and which lines it runs: a mutant has to do only with tests that run its line, the quickest first.

    plan             which modules, by which tests, and the score that is wanted
    mutants          the mutants of a source file
    sql              the mutants of an SQL text
    loader           a module with another source
    forks            processes side by side, each ended together with all that it started
    trial            pytest in such a process, and what its end means
    baseline         the tests on the unchanged code: seconds and lines
    judge            mutants and their verdicts
    survivors        the file of survivors that are known, each with its reason
    score            what is said at the end
    command          all of it

Why neither library: mutmut 3 changes no constants of modules and no SQL, and knows a module by its path, which here is
not its name; cosmic-ray writes each mutant into the checkout and starts Python and pytest anew for it.
"""
