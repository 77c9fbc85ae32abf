"""The free nodes' part of the report."""

from comfyui_picpik.benchmarks import cloth, colours, pattern_bench, seams
from comfyui_picpik.benchmarks.clock import Cost

QUICK, SLOW = Cost(0.1, 0.15), Cost(0.2, 0.4)


def test_each_work_stands_beside_what_others_take_for_it():
    bench = pattern_bench.PatternBench(
        [cloth.Laying(8192, "half-drop 1/2", SLOW, QUICK)],
        [seams.Check("print 2048², straight", QUICK, SLOW, SLOW, SLOW)],
        [colours.Row("reduce", "photo 2048²", 1234, {"ours": QUICK, "Pillow": SLOW, "scipy": SLOW})],
        [cloth.Saving("print", "TIFF", SLOW, 2_500_000)],
    )
    text = "\n".join(pattern_bench.parts(bench))
    assert "| 8192², half-drop 1/2 | 200, 400 | 100, 150 | 2.00 |" in text
    assert "| print 2048², straight | 100, 150 | 200, 400 | 200, 400 | 200, 400 |" in text
    assert "| reduce, photo 2048² | 1234 | 100, 150 | 200, 400 | 200, 400 |" in text
    assert "| print 2048², TIFF | 200, 400 | 2.50 |" in text
