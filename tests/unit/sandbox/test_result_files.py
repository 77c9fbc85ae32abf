"""Result files: under which token they are found, and which are dropped first."""

from comfyui_picpik.sandbox.result_files import ResultFileStore


def test_the_oldest_files_expire_first_when_too_many_bytes_are_kept(monkeypatch):
    monkeypatch.setattr("comfyui_picpik.sandbox.result_files.MOST_BYTES", 250)
    store = ResultFileStore(retention_seconds=3600)
    results = [store.add("uid", bytes(100), "PNG", "image/png") for _ in range(4)]
    assert [store.find(result.name, result.token).content is None for result in results] == [True, True, False, False]


def test_a_result_is_found_under_its_own_token_only():
    store = ResultFileStore(retention_seconds=3600)
    one, other = (store.add("uid", b"x", "PNG", "image/png") for _ in range(2))
    assert store.find(one.name, one.token) is one
    assert store.find(one.name, other.token) is None
    assert store.find(one.name, "") is None
    assert store.find("no-such-name", one.token) is None
