"""AKMNet: mines the key frames of a clip and reads only those, in order.

Peng, Wang, Gao, Bi, Chen, Shi, Zhou: "Recognizing Micro-expression in Video Clip with Adaptive
Key-frame Mining", arXiv 2009.09179; layers, initialisation and loss as in the published code.

    each grey frame 1 x 128 x 128 -> ResNet-18 with a 5x5 stem        512 x 4 x 4
    pooled over space -> mining (key_frames.py) -> the kept frames' maps
    at each of the 16 positions: bidirectional GRU, 2 layers of 32    64, mean over kept frames
    flatten 1024 -> dropout 0.5 -> FC classes

Loss: cross-entropy + 1 * L_sep + 0.1 * L_sparse, averaged over clips; the last two come from
`AKMNet.logits_and_penalty`. The authors trained with SGD (learning rate 1e-3, momentum 0.9, weight
decay 5e-4), a cosine schedule of T_max 8 down to 1e-8 over 40 epochs, gradients of 8 clips to a
step, and, half of the time, one random 128 x 128 crop of the clip resized to 144 x 144. They then
kept the epoch that was best on the test fold, which is not an evaluation.

Clips keep their length: a batch is padded, and the padding is never read, so each clip's answer is
what it would be alone. In training, too, BatchNorm sees the frames of one clip at a time, as in
the published code, whose every pass is one clip.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mer_core.errors import ModelError
from mer_core.models.entry import ModelEntry, stage
from mer_core.models.key_frames import KeyFrameMining, KeyFrames, Mining, valid_frames
from mer_core.models.layers import Add
from mer_core.records import InputKind, InputSpec, Layer

PAPER = (
    "Peng, Wang, Gao, Bi, Chen, Shi, Zhou. Recognizing Micro-expression in Video Clip with "
    "Adaptive Key-frame Mining. arXiv 2009.09179, 2020"
)

SIDE = 128
_WIDTHS = (64, 128, 256, 512)
_CELLS = 4 * 4
_HIDDEN = 32


@dataclass(frozen=True, kw_only=True)
class AKMNetConfig:
    """Settings; the frames' side is not one, because a fully connected layer reads 4 x 4 maps."""

    classes: int = 4
    dropout: float = 0.5


class BasicBlock(nn.Module):
    """ReLU(BN(conv(ReLU(BN(conv(x))))) + shortcut(x)), the residual block of ResNet-18."""

    def __init__(self, inputs: int, outputs: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module | None = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
        self.add = Add()
        self.relu2 = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        inner = self.relu1(self.norm1(self.conv1(maps)))
        past = maps if self.shortcut is None else self.shortcut(maps)
        return self.relu2(self.add(self.norm2(self.conv2(inner)), past))


class FrameReader(nn.Sequential):
    """ResNet-18 without its head, on grey frames: N x 1 x 128 x 128 -> N x 512 x 4 x 4."""

    def __init__(self) -> None:
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        parts["stem"] = nn.Sequential(
            OrderedDict(
                conv=nn.Conv2d(1, _WIDTHS[0], 5, 2, padding=2, bias=False),
                norm=nn.BatchNorm2d(_WIDTHS[0]),
                relu=nn.ReLU(),
            )
        )
        parts["pool"] = nn.MaxPool2d(3, 2, padding=1)
        inputs = _WIDTHS[0]
        for number, width in enumerate(_WIDTHS, start=1):
            parts[f"stage{number}"] = nn.Sequential(
                BasicBlock(inputs, width, stride=1 if number == 1 else 2),
                BasicBlock(width, width, stride=1),
            )
            inputs = width
        super().__init__(parts)


class AKMNet(nn.Module):
    """B x T x 1 x 128 x 128, any T, -> B x classes logits.

    `lengths` (B) tells how many frames of each clip are real where shorter clips were padded at
    the end (`key_frames.pad_clips`); None means all.
    """

    def __init__(self, config: AKMNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or AKMNetConfig()
        self.backbone = FrameReader()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.mining = KeyFrameMining(_WIDTHS[-1])
        self.gru = nn.GRU(_WIDTHS[-1], _HIDDEN, 2, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(2 * _HIDDEN * _CELLS, config.classes)
        self.apply(_initialise)

    def forward(self, clips: Tensor, lengths: Tensor | None = None) -> Tensor:
        return self._classify(clips, lengths)[0]

    def logits_and_penalty(
        self, clips: Tensor, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Logits B x classes, and L_sep + 0.1 L_sparse of every clip (see `Mining.penalty`)."""
        logits, mining = self._classify(clips, lengths)
        return logits, mining.penalty()

    def key_frames(self, clips: Tensor, lengths: Tensor | None = None) -> tuple[KeyFrames, ...]:
        """Return the key frames of each clip and their scores; training is left undisturbed."""
        training = self.training
        self.eval()
        try:
            with torch.no_grad():
                return self._classify(clips, lengths)[1].report()
        finally:
            self.train(training)

    def _classify(self, clips: Tensor, lengths: Tensor | None) -> tuple[Tensor, Mining]:
        if clips.ndim != 5 or clips.shape[2:] != (1, SIDE, SIDE) or not clips.shape[1]:
            raise ModelError(
                f"AKMNet takes clips of T x 1 x {SIDE} x {SIDE}, not {tuple(clips.shape[1:])}",
                remedy="give at least one grey frame of that size per clip",
            )
        # Neighbouring frames differ by less than half precision holds: 1 - beta is around 1e-5.
        with torch.autocast(clips.device.type, enabled=False):
            return self._select_and_read(clips, valid_frames(clips, lengths))

    def _select_and_read(self, clips: Tensor, valid: Tensor) -> tuple[Tensor, Mining]:
        maps = self._frame_maps(clips, valid)  # B x T x 512 x 4 x 4
        features = self.pool(maps.flatten(0, 1)).flatten(1).unflatten(0, maps.shape[:2])
        mining = self.mining(features, valid)
        pairs = zip(maps, mining.selected, strict=True)
        motion = torch.stack([self._read_in_order(*pair) for pair in pairs])  # B x 16 x 64
        return self.classifier(self.dropout(motion.flatten(1))), mining

    def _frame_maps(self, clips: Tensor, valid: Tensor) -> Tensor:
        """Maps of the valid frames; zeros on padding, which never enters the backbone."""
        if self.training:
            each = [self.backbone(clip[mask]) for clip, mask in zip(clips, valid, strict=True)]
            found = torch.cat(each)
        else:
            found = self.backbone(clips[valid])
        maps = found.new_zeros(*valid.shape, *found.shape[1:])
        maps[valid] = found
        return maps

    def _read_in_order(self, maps: Tensor, selected: Tensor) -> Tensor:
        """One clip, T x 512 x 4 x 4: the GRU's mean output over the kept frames, 16 x 64."""
        kept = selected.detach().nonzero().flatten()
        if not len(kept):
            raise ModelError(
                "no frame of a clip could be kept, because its features are not finite",
                remedy="check the clip's pixels, or lower the learning rate",
            )
        # Times B, which is 1 for kept frames: the product carries the gradient to the choice.
        frames = maps[kept] * selected[kept][:, None, None, None]
        # cuDNN's recurrent backward exists in training mode only, and attribution is in eval.
        explaining = torch.is_grad_enabled() and not self.training
        with torch.backends.cudnn.flags(enabled=not explaining):
            outputs, _ = self.gru(frames.flatten(2).permute(2, 0, 1))  # 16 x kept x 64
        return outputs.mean(1)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    elif isinstance(module, nn.Linear):
        nn.init.xavier_normal_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.GRU):
        for name, parameter in module.named_parameters():
            if name.startswith("weight"):
                nn.init.orthogonal_(parameter)
            else:
                nn.init.uniform_(parameter)  # on [0, 1], as published


def _layers() -> tuple[Layer, ...]:
    layers = [
        Layer(
            name="stem",
            module="backbone.stem",
            title="Stem, 5x5",
            stage=stage(2),
            channels=_WIDTHS[0],
            stride=2,
            kernel=5,
            receptive_field=5,
        )
    ]
    stride, field = 4, 5 + 2 * 2  # after the pool
    for number, width in enumerate(_WIDTHS, start=1):
        if number == 1:
            field += 4 * 2 * stride
        else:
            field += 2 * stride + 3 * 2 * (2 * stride)
            stride *= 2
        layers.append(
            Layer(
                name=f"stage{number}",
                module=f"backbone.stage{number}",
                title=f"Residual stage {number}",
                stage=stage(stride),
                channels=width,
                stride=stride,
                kernel=3,
                receptive_field=field,
            )
        )
    return tuple(layers)


ENTRIES: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="akmnet",
        title="AKMNet",
        paper=PAPER,
        input=InputSpec(kind=InputKind.CLIP, size=(SIDE, SIDE), channels=1),
        build=lambda classes: AKMNet(AKMNetConfig(classes=classes)),
        layers=_layers(),
        float32_only=True,
        notes=(
            "Layers, initialisation and loss of the authors' published code. Where all frames are "
            "equally similar, all are kept and the separation term is left out; the published "
            "code gives NaN there. Layers see one frame at a time, so maps are per frame. The "
            "choice of frames jumps, so attributions that integrate or compare (integrated "
            "gradients, DeepLift) do not add up to the answer."
        ),
    ),
)
