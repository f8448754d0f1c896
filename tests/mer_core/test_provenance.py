"""The digest of the code changes with whatever can change a result."""

from __future__ import annotations

import pytest

from mer_core import provenance


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package, of which the digest is taken."""
    for name in ("a.py", "sub/b.toml", "sub/asset.npz", "sub/net.onnx", "cli/c.py", "notes.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"one")
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    return tmp_path


def digest() -> str:
    return provenance.code_digest.__wrapped__()


@pytest.mark.parametrize("name", ["a.py", "sub/b.toml", "sub/asset.npz", "sub/net.onnx"])
def test_a_changed_file_changes_it(package, name):
    before = digest()
    assert digest() == before
    (package / name).write_bytes(b"two")
    assert digest() != before


def test_another_name_changes_it(package):
    before = digest()
    (package / "a.py").rename(package / "b.py")
    assert digest() != before


def test_a_part_of_the_package_has_a_digest_of_its_own(package):
    def part() -> str:
        return provenance.code_digest.__wrapped__("sub")

    before, whole = part(), digest()
    assert before != whole
    (package / "a.py").write_bytes(b"two")
    assert part() == before
    (package / "sub/b.toml").write_bytes(b"two")
    assert part() != before


@pytest.mark.parametrize("name", ["cli/c.py", "notes.md"])
def test_what_makes_no_result_does_not(package, name):
    before = digest()
    (package / name).write_bytes(b"two")
    assert digest() == before


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"avx2"}, "Some Processor, without bfloat16 units"),
        ({"avx512_bf16", "amx_bf16"}, "Some Processor, with avx512_bf16 and amx_bf16"),
    ],
)
def test_a_processor_is_described_with_its_bfloat16_units(flags, words):
    one = provenance.Processor(name="Some Processor", flags=frozenset(flags), cores=2)
    assert one.described == words
    assert bool(one.bfloat16_units) == ("amx_bf16" in flags)


def test_a_processor_that_is_held_to_avx2_has_nothing_wider(monkeypatch):
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    held = provenance.processor.__wrapped__()
    assert not held.bfloat16_units
    assert not any(flag.startswith(("avx512", "amx")) for flag in held.flags)
    assert "held to AVX2, without bfloat16 units" in held.described
