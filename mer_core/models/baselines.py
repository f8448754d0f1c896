"""ResNet-50 and MobileNetV1, the paper's two baselines, built by the `transformers` package.

He, Zhang, Ren, Sun: "Deep Residual Learning for Image Recognition", arXiv 1512.03385.
Howard et al.: "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
Applications", arXiv 1704.04861.

Both end in a global average pool, so 112 x 112 goes in unchanged. Residual sums and MobileNet's
padding stay as that package writes them; activations are modules, each used once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from torch import Tensor, nn

from mer_core.models.affectivenet import tensorflow_padding
from mer_core.models.entry import ModelEntry, PublishedWeights, stage
from mer_core.models.published import restore_backbone
from mer_core.records import InputKind, InputSpec, Layer

_DEPTHS = (3, 4, 6, 3)
_WIDTHS = (256, 512, 1024, 2048)

# Output channels and stride of each depthwise-separable block.
_SEPARABLE = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)

# The package's own defaults are TensorFlow's numbers in PyTorch's places: 0.999 is the share of
# features kept there and dropped here, and 0.9997 the share of the running statistics.
_MOBILENET_DROPOUT = 0.001
_MOBILENET_MOMENTUM = 0.1


class LogitsOnly(nn.Module):
    """B x 3 x H x W -> B x classes, from a network that answers with an output object."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        return self.network(image).logits


def build_resnet50(classes: int) -> nn.Module:
    """ResNet-50 with the stride on the 3x3 convolution of each bottleneck."""
    from transformers import ResNetConfig, ResNetForImageClassification

    config = ResNetConfig(depths=list(_DEPTHS), hidden_sizes=list(_WIDTHS))
    config.num_labels = classes
    return LogitsOnly(ResNetForImageClassification(config))


def build_mobilenet(classes: int) -> nn.Module:
    """MobileNetV1 at full width, initialised so that an untrained one answers above rounding."""
    from transformers import MobileNetV1Config, MobileNetV1ForImageClassification

    config = MobileNetV1Config(classifier_dropout_prob=_MOBILENET_DROPOUT, tf_padding=True)
    config.num_labels = classes
    network = MobileNetV1ForImageClassification(config)
    network.dropout = nn.Dropout(_MOBILENET_DROPOUT)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = _MOBILENET_MOMENTUM
        if isinstance(module, nn.Conv2d):
            # The package draws with standard deviation 0.02, which 27 layers shrink to 1e-28.
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    _pad_inside(network)
    return LogitsOnly(network)


def _pad_inside(network: nn.Module) -> None:
    """Let convolutions of stride 1 pad by themselves, where TensorFlow's "same" is symmetric.

    The package pads before every convolution, also by nothing, and each time copies the maps: a
    seventh of the time of an answer.
    """
    from transformers import MobileNetV1Config
    from transformers.models.mobilenet_v1.modeling_mobilenet_v1 import MobileNetV1ConvLayer

    inside = MobileNetV1Config(tf_padding=False)
    for layer in network.modules():
        if isinstance(layer, MobileNetV1ConvLayer) and layer.convolution.stride == (1, 1):
            height, width = layer.convolution.kernel_size
            layer.convolution.padding = (height // 2, width // 2)
            layer.config = inside


def _restore_resnet50(module: nn.Module, file: Path) -> None:
    restore_backbone(module.get_submodule("network"), file, classifier="classifier.")


_restore_mobilenet = _restore_resnet50

_SIDE = 112


def _resnet_layers() -> Iterator[Layer]:
    yield Layer(
        name="stem",
        module="network.resnet.embedder.embedder",
        title="7x7 convolution",
        stage=stage(2),
        channels=64,
        stride=2,
        kernel=7,
        receptive_field=7,
    )
    field, stride = 11, 4  # after the 3x3 pool at stride 2
    for group, (depth, width) in enumerate(zip(_DEPTHS, _WIDTHS, strict=True)):
        for block in range(depth):
            field += 2 * stride
            stride *= 2 if block == 0 and group > 0 else 1
            yield Layer(
                name=f"stage{group + 1}.block{block + 1}",
                module=f"network.resnet.encoder.stages.{group}.layers.{block}",
                title=f"Stage {group + 1}, bottleneck {block + 1}",
                stage=stage(stride),
                channels=width,
                stride=stride,
                receptive_field=field,
            )


def _mobilenet_layers() -> Iterator[Layer]:
    yield Layer(
        name="stem",
        module="network.mobilenet_v1.conv_stem",
        title="3x3 convolution",
        stage=stage(2),
        channels=32,
        stride=2,
        kernel=3,
        receptive_field=3,
        offset=1,
    )
    field, stride, offset = 3, 2, 1
    for block, (width, step) in enumerate(_SEPARABLE):
        field += 2 * stride
        if step == 2:
            before, _ = tensorflow_padding(_SIDE // stride, 3, 2)
            offset += (1 - before) * stride
        stride *= step
        yield Layer(
            name=f"block{block + 1}",
            module=f"network.mobilenet_v1.layer.{2 * block + 1}",
            title=f"Separable block {block + 1}",
            stage=stage(stride),
            channels=width,
            stride=stride,
            receptive_field=field,
            offset=offset,
        )


ENTRIES: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="resnet50",
        title="ResNet-50",
        paper="He, Zhang, Ren, Sun. Deep Residual Learning. CVPR 2016; arXiv 1512.03385",
        input=InputSpec(
            kind=InputKind.AMI,
            size=(_SIDE, _SIDE),
            mean=(0.485, 0.456, 0.406),
            std=(0.229, 0.224, 0.225),
        ),
        build=build_resnet50,
        layers=tuple(_resnet_layers()),
        map_layer="stage2.block1",
        notes="Table 3 prints its 26 million parameters, the text ResNet-18's 11.7.",
        published=PublishedWeights(
            hub_id="microsoft/resnet-50", trained_on="ImageNet", restore=_restore_resnet50
        ),
    ),
    ModelEntry(
        name="mobilenet",
        title="MobileNetV1",
        paper="Howard et al. MobileNets. arXiv 1704.04861",
        input=InputSpec(
            kind=InputKind.AMI, size=(_SIDE, _SIDE), mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)
        ),
        build=build_mobilenet,
        layers=tuple(_mobilenet_layers()),
        map_layer="block1",
        notes="ReLU6, so Guided Backprop and DeepLift say nothing about it.",
        published=PublishedWeights(
            hub_id="google/mobilenet_v1_1.0_224",
            revision="refs/pr/3",
            trained_on="ImageNet",
            restore=_restore_mobilenet,
        ),
    ),
)
