import torch

from mer_core.models.merge_layers import Add, Concat


def test_add_sums_and_leaves_its_inputs():
    parts = [torch.full((2, 3), float(n)) for n in (1, 2, 4)]
    assert torch.equal(Add()(*parts), torch.full((2, 3), 7.0))
    assert [part[0, 0].item() for part in parts] == [1, 2, 4]


def test_concat_keeps_order_and_dimension():
    joined = Concat()(torch.zeros(2, 1, 4), torch.ones(2, 2, 4))
    assert joined.shape == (2, 3, 4)
    assert joined[0, :, 0].tolist() == [0, 1, 1]
    assert Concat(dim=2)(torch.zeros(2, 1, 4), torch.ones(2, 1, 1)).shape == (2, 1, 5)
