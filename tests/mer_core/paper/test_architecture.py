"""Parameter counts against layer lists written out by hand, and against the networks built."""

import pytest

from mer_core.paper.architecture import (
    STANDARD_PARAMETERS,
    VARIANTS,
    Variant,
    count_parameters,
)


def conv(kernel, inputs, outputs, *, bias=True):
    return outputs * (kernel * kernel * inputs + bias)


def affectivenet_layer_by_layer():
    first = [448, 1_216, 2_368, 5_824]
    encapsulation = [4_640, 12_832, 18_496]
    mfl = [512, 424_120, 212_096, 225_988, 1_154_080, 100_384, 128, 260]
    return sum(first) + 4 * sum(encapsulation) + sum(mfl)


def test_the_full_network():
    assert count_parameters() == affectivenet_layer_by_layer() == 2_271_296


@pytest.mark.parametrize(
    ("row", "reading", "count"),
    [
        ("Af-Net-KS-1", 0, 2_353_216),
        ("Af-Net-KS-2", 0, 2_549_824),
        ("Af-Net-LFC", 0, 1_118_080),
        ("Af-Net-WoMFL", 0, 1_028_992),
        ("Af-Net-WoMFL", 1, 957_060),
        ("Af-Net-3x3", 0, 2_230_464),
        ("Af-Net-1x1", 0, 2_188_992),
        ("Af-Net-1x1", 1, 2_130_624),
    ],
)
def test_ablations(row, reading, count):
    assert count_parameters(list(VARIANTS[row].values())[reading]) == count


@pytest.mark.parametrize(
    ("side", "count"),
    [
        (97, 2_112_320),
        (104, 2_112_320),
        (105, 2_271_296),
        (112, 2_271_296),
        (113, 2_442_048),
        (128, 2_624_576),
        (224, 5_940_416),
    ],
)
def test_the_input_side_shows_in_the_count(side, count):
    assert count_parameters(side=side) == count


def test_colour_and_classes():
    assert count_parameters(channels=1) == 2_264_768
    assert count_parameters(classes=3) == 2_271_231


def vgg(convolutions, classes):
    widths = [64, 128, 256, 512, 512]
    total, inputs = 0, 3
    for width, repeats in zip(widths, convolutions, strict=True):
        for _ in range(repeats):
            total += conv(3, inputs, width)
            inputs = width
    dense = [(7 * 7 * 512, 4096), (4096, 4096), (4096, classes)]
    return total + sum(a * b + b for a, b in dense)


def resnet(blocks, *, bottleneck, classes):
    total, inputs = conv(7, 3, 64, bias=False) + 2 * 64, 64
    for stage, repeats in enumerate(blocks):
        width = 64 * 2**stage
        outputs = 4 * width if bottleneck else width
        for _ in range(repeats):
            if bottleneck:
                convs = [(1, inputs, width), (3, width, width), (1, width, outputs)]
            else:
                convs = [(3, inputs, width), (3, width, width)]
            if inputs != outputs:
                convs.append((1, inputs, outputs))
            total += sum(conv(*each, bias=False) + 2 * each[2] for each in convs)
            inputs = outputs
    return total + inputs * classes + classes


def mobilenet(classes):
    outputs = [64, 128, 128, 256, 256, *[512] * 6, 1024, 1024]
    total, inputs = conv(3, 3, 32, bias=False) + 2 * 32, 32
    for width in outputs:
        total += conv(3, 1, inputs, bias=False) + 2 * inputs
        total += conv(1, inputs, width, bias=False) + 2 * width
        inputs = width
    return total + inputs * classes + classes


@pytest.mark.parametrize("classes", [1000, 4])
def test_standard_networks_by_their_definitions(classes):
    assert {name: counts[classes] for name, counts in STANDARD_PARAMETERS.items()} == {
        "VGG-16": vgg([2, 2, 3, 3, 3], classes),
        "VGG-19": vgg([2, 2, 4, 4, 4], classes),
        "ResNet-50": resnet([3, 4, 6, 3], bottleneck=True, classes=classes),
        "ResNet-18": resnet([2, 2, 2, 2], bottleneck=False, classes=classes),
        "MobileNet": mobilenet(classes),
    }


@pytest.mark.parametrize("variant", [v for row in VARIANTS.values() for v in row.values()])
def test_the_networks_built_are_the_networks_counted(variant: Variant):
    affectivenet = pytest.importorskip("mer_core.models.affectivenet")
    heads = {
        "lateral": "lateral",
        "chained": "chained",
        "last map": "deep",
        "MICRoFeat only": "shallow",
    }
    network = affectivenet.AffectiveNet(
        affectivenet.AffectiveNetConfig(
            branches=variant.first,
            encap=variant.encapsulation,
            refine=variant.refinement,
            head=affectivenet.Head(heads[variant.head]),
        )
    )
    built = sum(p.numel() for p in network.parameters())
    assert built == count_parameters(variant)
