"""Ways to ask a network what it does, shared by the tests of the comparison networks."""

import copy

import torch
from torch import nn
from torch.nn import functional


def outputs_of(network, paths, inputs):
    """What the modules at `paths` give out in one pass of `inputs`, by path."""
    seen = {}
    handles = [
        network.get_submodule(path).register_forward_hook(
            lambda _module, _inputs, output, path=path: seen.__setitem__(path, output.detach())
        )
        for path in paths
    ]
    with torch.no_grad():
        network(inputs)
    for handle in handles:
        handle.remove()
    return seen


def receptive_side(network, path, inputs):
    """Rows of `inputs` that the central cell at `path` depends on, found by a gradient.

    Every pixel is given a say first: weights become positive, normalisation the identity and
    maximum pools averages, so no contribution can vanish.
    """
    probe = copy.deepcopy(network).double().eval()
    for name, module in list(probe.named_modules()):
        if isinstance(module, nn.MaxPool2d):
            parent = probe.get_submodule(name.rpartition(".")[0])
            averaging = nn.AvgPool2d(module.kernel_size, module.stride, module.padding)
            setattr(parent, name.rpartition(".")[2], averaging)
        if isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
    for parameter in probe.parameters():
        parameter.data.abs_().add_(0.01)
    seen = []
    handle = probe.get_submodule(path).register_forward_hook(
        lambda _module, _inputs, output: seen.append(output)
    )
    image = torch.ones_like(inputs, dtype=torch.float64, requires_grad=True)
    probe(image)
    handle.remove()
    maps = seen[0]
    maps[0, 0, (maps.shape[2] - 1) // 2, (maps.shape[3] - 1) // 2].backward()
    rows = image.grad.abs().flatten(0, -3).sum((0, 2)).nonzero().flatten()
    return int(rows.max() - rows.min()) + 1


def dead_parameters(network, inputs, labels, **more):
    """Names of parameters that a training step of cross-entropy does not move."""
    network.train()
    if hasattr(network, "logits_and_penalty"):
        logits, penalty = network.logits_and_penalty(inputs, **more)
        loss = functional.cross_entropy(logits, labels) + penalty.mean()
    else:
        loss = functional.cross_entropy(network(inputs, **more), labels)
    loss.backward()
    return [
        name
        for name, parameter in network.named_parameters()
        if parameter.grad is None or not parameter.grad.any() or not parameter.grad.isfinite().all()
    ]


def steps_to_overfit(network, inputs, labels, *, limit, rate=1e-3, every=5, **more):
    """Steps of Adam until all of `inputs` are classified right in eval mode, or None at `limit`."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.5  # running statistics must settle within a few steps
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    for step in range(1, limit + 1):
        network.train()
        optimiser.zero_grad()
        functional.cross_entropy(network(inputs, **more), labels).backward()
        optimiser.step()
        if step % every == 0:
            network.eval()
            with torch.no_grad():
                if torch.equal(network(inputs, **more).argmax(1), labels):
                    return step
    return None
