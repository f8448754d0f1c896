from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from mer_core.errors import SettingsError
from mer_core.models.checkpoint import weights_digest
from mer_core.seeding import derive_seed
from mer_core.training.epoch_state import EpochState
from mer_core.training.fold import class_weights, steps, train_fold
from mer_core.training.prediction import predict_classes, predict_probabilities
from mer_core.training.settings import TrainingSettings
from mer_core.training.training_data import TrainingData
from tests.mer_core.training.blobs import (
    TINY,
    TinyClipNet,
    TinyNet,
    build_tiny,
    training_data,
)


def _digest(data: TrainingData, settings: TrainingSettings, seed: int = 1) -> str:
    return weights_digest(train_fold(data, build_tiny, settings, seed=seed).module.state_dict())


def test_learns_what_can_be_learnt():
    fitted = train_fold(training_data(6), build_tiny, replace(TINY, epochs=15), seed=1)
    unseen = training_data(4, seed=99)
    answers = predict_classes(fitted.module, unseen.images, TINY)
    assert np.mean(answers == unseen.labels.numpy()) > 0.9
    assert fitted.history[-1].loss < fitted.history[0].loss
    assert fitted.epoch == 15
    assert not fitted.module.training


@pytest.mark.parametrize(
    "settings",
    [TINY, TrainingSettings(epochs=2, batch=5, shift=1), replace(TINY, precision="bfloat16")],
)
def test_equal_seeds_give_equal_weights_bit_for_bit(settings):
    data = training_data()
    assert _digest(data, settings) == _digest(data, settings)
    assert _digest(data, settings) != _digest(data, settings, seed=2)


def test_the_state_of_the_process_neither_matters_nor_changes():
    data = training_data()
    first = _digest(data, TINY)
    torch.manual_seed(12345)
    torch.rand(7)
    before = torch.random.get_rng_state()
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    assert _digest(data, TINY) == first
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    assert torch.are_deterministic_algorithms_enabled() == strict


def test_the_state_of_the_process_is_put_back_after_an_error():
    def refuse(seed: int):
        raise RuntimeError("no network")

    before = torch.random.get_rng_state()
    strict = torch.are_deterministic_algorithms_enabled()
    with pytest.raises(RuntimeError, match="no network"):
        train_fold(training_data(), refuse, TINY, seed=1)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.are_deterministic_algorithms_enabled() == strict


def test_one_step_is_stochastic_gradient_descent_by_hand():
    data = training_data(2, 3)
    settings = replace(TINY, epochs=1, batch=100, momentum=0.9, weight_decay=0.01)
    build = lambda seed: _without_dropout(build_tiny(seed))  # noqa: E731
    fitted = train_fold(data, build, settings, seed=3)

    slow = _without_dropout(_initial(3)).train()
    functional.cross_entropy(slow(data.images), data.labels).backward()
    for name, weight in slow.named_parameters():
        stepped = weight - settings.learning_rate * (weight.grad + 0.01 * weight)
        torch.testing.assert_close(
            dict(fitted.module.named_parameters())[name], stepped, atol=1e-6, rtol=1e-4
        )


def test_balanced_weights_give_every_class_the_same_pull():
    labels = torch.tensor([0, 0, 0, 1, 1, 1, 1, 1, 1])
    weights = class_weights(labels, 3, replace(TINY, class_weights="balanced"))
    assert weights[2] == 0
    assert float(weights[0] * 3) == pytest.approx(float(weights[1] * 6))
    assert torch.equal(class_weights(labels, 3, TINY), torch.ones(3))


def test_clips_of_different_length_give_the_step_that_one_batch_would():
    """With batch normalisation frozen, accumulating clip by clip is the batch's gradient."""
    dense = training_data(2, 3)
    clips = replace(
        dense,
        images=[image[None].repeat(2 + i % 3, 1, 1, 1) for i, image in enumerate(dense.images)],
    )
    settings = replace(TINY, epochs=2, batch=4, class_weights="balanced", channels_last=False)

    def frozen(net: torch.nn.Module) -> torch.nn.Module:
        inner = net.inner if isinstance(net, TinyClipNet) else net
        inner.norm, inner.dropout = torch.nn.Identity(), torch.nn.Identity()
        return net

    def clip_net(seed: int) -> torch.nn.Module:
        net = TinyClipNet(3)
        net.inner = build_tiny(seed)
        return frozen(net)

    one = train_fold(dense, lambda seed: frozen(build_tiny(seed)), settings, seed=5)
    other = train_fold(clips, clip_net, settings, seed=5)
    for a, b in zip(one.module.parameters(), other.module.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)
    assert one.history[-1].loss == pytest.approx(other.history[-1].loss, rel=1e-4)


def test_a_visit_reads_some_frames_of_a_clip_and_a_prediction_all():
    dense = training_data(2, 3)
    clips = replace(dense, images=[image[None].repeat(9, 1, 1, 1) for image in dense.images])
    lengths = {True: [], False: []}

    class Counting(TinyClipNet):
        def forward(self, clips: torch.Tensor) -> torch.Tensor:
            lengths[self.training].append(clips.shape[1])
            return super().forward(clips)

    settings = replace(TINY, epochs=2, frames=4)
    fitted = train_fold(clips, lambda _: Counting(3), settings, seed=5)
    predict_classes(fitted.module, clips.images, settings)
    assert lengths == {True: [4] * 2 * len(clips), False: [9] * len(clips)}


def test_a_networks_own_penalty_joins_the_loss():
    dense = training_data(2, 3)
    clips = replace(dense, images=[image[None] for image in dense.images])

    def build(penalty: float):
        def make(seed: int) -> torch.nn.Module:
            net = TinyClipNet(3, penalty=penalty)
            net.inner = _without_dropout(build_tiny(seed))
            return net

        return make

    settings = replace(TINY, epochs=1, batch=100)
    free = train_fold(clips, build(0.0), settings, seed=5).history[0].loss
    charged = train_fold(clips, build(0.5), settings, seed=5).history[0].loss
    assert charged > free


def test_inner_selection_answers_with_the_best_validated_epoch():
    data = training_data(5)
    settings = replace(TINY, epochs=6, selection="inner", inner_share=0.3)
    seen: dict[int, str] = {}
    fitted = train_fold(
        data,
        build_tiny,
        settings,
        seed=1,
        observe=lambda epoch, net: seen.__setitem__(epoch, weights_digest(net.state_dict())),
    )
    scores = [record.validation_uar for record in fitted.history]
    assert fitted.epoch == 1 + int(np.argmax(scores))
    assert weights_digest(fitted.module.state_dict()) == seen[fitted.epoch]
    assert all(record.validation_uar is None for record in _history(TINY))


def test_an_observer_sees_every_epoch_and_changes_nothing():
    data, epochs = training_data(), []

    def look(epoch: int, net: torch.nn.Module) -> None:
        epochs.append(epoch)
        predict_probabilities(net, data.images, TINY)

    watched = train_fold(data, build_tiny, TINY, seed=1, observe=look)
    assert epochs == [1, 2, 3]
    assert weights_digest(watched.module.state_dict()) == _digest(data, TINY)


def test_reports_come_after_each_epoch():
    records = []
    fitted = train_fold(training_data(), build_tiny, TINY, seed=1, report=records.append)
    assert tuple(records) == fitted.history
    assert [record.epoch for record in records] == [1, 2, 3]


def test_augmentation_and_copies_change_the_training_and_cosine_the_rate():
    data = training_data()
    plain = _digest(data, TINY)
    for changes in ({"shift": 1}, {"copies": 2}, {"schedule": "cosine"}, {"batch": 5}):
        assert _digest(data, replace(TINY, **changes)) != plain


@pytest.mark.parametrize(("count", "batch"), [(9, 4), (8, 4), (10, 4), (3, 16), (1, 4), (17, 16)])
def test_batches_cover_everything_and_leave_no_single_item_behind(count, batch):
    cut = list(steps(np.arange(count), batch))
    np.testing.assert_array_equal(np.concatenate(cut), np.arange(count))
    assert all(len(part) > 1 for part in cut) or count == 1
    assert all(len(part) <= batch + 1 for part in cut)


def test_probabilities_are_probabilities_and_do_not_depend_on_the_company():
    net = build_tiny(1).eval()
    images = training_data().images
    together = predict_probabilities(net, images, TINY)
    np.testing.assert_allclose(together.sum(axis=1), 1, rtol=1e-6)
    clips = predict_probabilities(TinyClipNet(3).eval(), [i[None] for i in images], TINY)
    assert clips.shape == together.shape
    alone = np.concatenate([predict_probabilities(net, image[None], TINY) for image in images])
    np.testing.assert_allclose(together, alone, rtol=1e-5)


def test_a_single_clip_cannot_train():
    data = training_data()
    with pytest.raises(SettingsError, match="at least two"):
        train_fold(data.take([0]), build_tiny, TINY, seed=1)


def test_taking_items_copies_them():
    data = training_data()
    some = data.take([4, 1])
    assert [sample.key for sample in some.samples] == [data.samples[i].key for i in (4, 1)]
    assert torch.equal(some.labels, data.labels[[4, 1]])
    assert some.images.untyped_storage().data_ptr() != data.images.untyped_storage().data_ptr()
    assert some.images.untyped_storage().nbytes() == 2 * data.images[0].nbytes


def _history(settings: TrainingSettings):
    return train_fold(training_data(), build_tiny, settings, seed=1).history


def _initial(seed: int) -> TinyNet:
    from mer_core.seeding import derive_seed

    return build_tiny(derive_seed(seed, "initial weights"))  # type: ignore[return-value]


def _without_dropout(net: torch.nn.Module) -> torch.nn.Module:
    net.dropout = torch.nn.Identity()
    return net


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
def test_an_interrupted_training_goes_on_to_the_same_weights(optimiser):
    data = training_data()
    settings = replace(TINY, epochs=4, schedule="cosine", optimiser=optimiser)
    states: list[EpochState] = []
    whole = train_fold(data, build_tiny, settings, seed=1, keep=states.append)
    for state in states:
        resumed = train_fold(data, build_tiny, settings, seed=1, start=state)
        assert weights_digest(resumed.module.state_dict()) == weights_digest(
            whole.module.state_dict()
        )
        assert [record.loss for record in resumed.history] == [
            record.loss for record in whole.history
        ]


def test_an_inner_split_is_not_resumed():
    data, settings = training_data(), replace(TINY, epochs=2)
    states: list[EpochState] = []
    train_fold(data, build_tiny, settings, seed=1, keep=states.append)
    with pytest.raises(SettingsError, match="resumed"):
        train_fold(data, build_tiny, replace(settings, selection="inner"), seed=1, start=states[0])


def test_adamw_takes_the_step_of_its_definition():
    data = training_data()
    settings = replace(TINY, epochs=1, batch=len(data), copies=1, weight_decay=0.1)
    settings = replace(settings, optimiser="adamw", flip=False, shift=0, rotation=0.0)
    start = build_tiny(derive_seed(1, "initial weights")).state_dict()
    found = train_fold(data, build_tiny, settings, seed=1).module.state_dict()
    rate = settings.learning_rate
    for name, before in start.items():
        if name.endswith(("weight", "bias")):
            # The first step is the sign of the gradient, beside the decay.
            moved = (before * (1 - rate * 0.1) - found[name]).abs()
            assert float(moved.max()) <= rate * 1.001
            assert float(moved.max()) > rate * 0.9


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no graphics card")
@pytest.mark.parametrize(("precision", "apart"), [("float32", 1e-3), ("bfloat16", 3e-2)])
@pytest.mark.parametrize("clips", [False, True], ids=["images", "clips"])
def test_a_graphics_card_trains_to_the_processors_answers(precision, apart, clips):
    """Kernels add in another order, which training amplifies. Only dropout draws on the card."""
    data = training_data(6)
    if clips:
        data = replace(data, images=[image[None].repeat(5, 1, 1, 1) for image in data.images])

    def build(seed: int) -> torch.nn.Module:
        inner = _without_dropout(build_tiny(seed))
        if not clips:
            return inner
        outer = TinyClipNet(3)
        outer.inner = inner
        return outer

    unseen = training_data(4, seed=99).images
    answers = []
    for device in ("cpu", "cuda"):
        settings = replace(TINY, precision=precision, device=device, frames=4 if clips else 0)
        fitted = train_fold(data, build, settings, seed=1)
        inputs = [image[None] for image in unseen] if clips else unseen
        answers.append(predict_probabilities(fitted.module, inputs, settings))
    np.testing.assert_allclose(answers[1], answers[0], atol=apart)
