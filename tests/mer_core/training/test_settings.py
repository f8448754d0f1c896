from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from mer_core import bfloat16
from mer_core.bfloat16 import has_bfloat16_units, has_matrix_units
from mer_core.errors import SettingsError, UnknownNameError
from mer_core.provenance import Processor
from mer_core.training.settings import (
    PROFILES,
    Optimiser,
    Precision,
    Selection,
    TrainingSettings,
    profile,
)


@pytest.mark.parametrize("name", PROFILES.names())
def test_profiles_survive_a_round_trip_and_choose_nothing_on_test_data(name):
    settings = profile(name)
    assert settings.selection is Selection.LAST
    again = TrainingSettings.from_dict(settings.as_dict())
    assert again == settings
    assert again.digest == settings.digest
    assert hash(again) == hash(settings)


@pytest.mark.parametrize("name", ["quick", "paper"])
def test_profiles_keep_what_the_paper_states_but_for_the_cheaper_standard(name):
    settings, cheaper = profile(name), profile("standard")
    assert (settings.optimiser, settings.learning_rate) == (Optimiser.SGD, 1e-3)
    assert cheaper.optimiser is Optimiser.ADAMW
    assert cheaper.epochs * cheaper.copies < profile("paper").epochs * profile("paper").copies


def test_networks_that_read_clips_visit_each_clip_once_unless_told_otherwise():
    for name in ("quick", "standard"):
        clips, images = profile(name, model="akmnet"), profile(name)
        assert clips.copies == 1
        assert clips.epochs * clips.copies < images.epochs * images.copies
        assert images.frames == 0
        assert profile(name, model="ststnet") == profile(name, model="learnet") == images
    assert profile("paper", model="akmnet") == profile("paper")
    assert profile("quick", model="akmnet", copies=3).copies == 3


def test_a_network_is_trained_as_it_can_be_whatever_is_asked():
    asked = {"precision": "bfloat16", "frames": 12}
    clips, images = (profile("standard", model=name, **asked) for name in ("akmnet", "learnet"))
    assert (clips.precision, clips.frames) == ("float32", 12)
    assert (images.precision, images.frames) == ("bfloat16", 0)
    assert images == profile("standard", model="learnet", precision="bfloat16")
    with pytest.raises(SettingsError, match="^frames: "):
        profile("standard", model="learnet", frames=-5)


def test_a_setting_that_came_later_changes_no_identity_while_it_changes_nothing():
    before = TrainingSettings().as_dict()
    assert "frames" not in before
    assert TrainingSettings.from_dict({**before, "frames": 0}).digest == TrainingSettings().digest
    assert TrainingSettings(frames=8).as_dict() == {**before, "frames": 8}


def test_every_value_is_documented():
    for field in fields(TrainingSettings):
        assert f"{field.name}:" in (TrainingSettings.__doc__ or "")


def test_every_value_is_part_of_the_digest():
    plain = TrainingSettings()
    other = {
        "learning_rate": 0.5, "epochs": 3, "batch": 3, "momentum": 0.1,
        "optimiser": "adamw", "weight_decay": 0.1,
        "schedule": "cosine", "copies": 3, "frames": 8, "flip": False, "shift": 1, "rotation": 1.0,
        "scale": 0.1, "class_weights": "balanced", "selection": "inner", "inner_share": 0.5,
        "precision": "bfloat16", "channels_last": False, "threads": 2, "device": "cuda",
    }  # fmt: skip
    assert set(other) == {field.name for field in fields(TrainingSettings)}
    digests = {replace(plain, **{name: value}).digest for name, value in other.items()}
    assert len(digests | {plain.digest}) == len(other) + 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0), ("epochs", 2.5), ("batch", -1), ("learning_rate", 0), ("momentum", 1.0),
        ("shift", "4"), ("schedule", "sometimes"), ("device", "tpu"), ("inner_share", 0),
        ("epochs", True),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_named(name, value):
    with pytest.raises(SettingsError, match=f"^{name}: "):
        TrainingSettings(**{name: value})


def test_unknown_names_are_refused():
    with pytest.raises(SettingsError, match="epoch; use"):
        TrainingSettings.from_dict({"epoch": 3})
    with pytest.raises(UnknownNameError, match="quick"):
        profile("quik")


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        TrainingSettings().epochs = 4  # type: ignore[misc]


@pytest.mark.parametrize(("units", "chosen"), [(True, "bfloat16"), (False, "float32")])
def test_automatic_precision_is_decided_by_the_processor(monkeypatch, units, chosen):
    monkeypatch.setattr("mer_core.training.settings.has_matrix_units", lambda: units)
    settings = TrainingSettings(precision=Precision.AUTO)
    assert settings.precision == settings.as_dict()["precision"] == chosen
    assert settings.digest == TrainingSettings(precision=chosen).digest
    assert profile("standard", precision="auto") == profile("standard", precision=chosen)
    assert TrainingSettings(precision="auto", device="cuda").precision == "bfloat16"


def test_every_profile_computes_alike_on_every_machine(monkeypatch):
    monkeypatch.setattr("mer_core.training.settings.has_matrix_units", lambda: True)
    for name in PROFILES.names():
        for model in ("", "akmnet"):
            assert profile(name, model=model).precision == "float32"


def test_a_pytorch_that_cannot_say_has_no_matrix_units(monkeypatch):
    unknown = Processor(name="any", flags=frozenset(), cores=1)
    monkeypatch.setattr(bfloat16, "processor", lambda: unknown)
    monkeypatch.delattr("torch.cpu.get_capabilities", raising=False)
    assert not has_matrix_units()
    assert not has_bfloat16_units()
    assert TrainingSettings(precision="auto").precision == "float32"
