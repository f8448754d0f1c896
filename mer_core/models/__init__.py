"""Networks as `nn.Module`s and as data: what each takes in, and which of its layers can be asked.

Every network follows the same rules, so that hooks, attribution and export work on all of them:
one module per use of an activation or a pool, never in place; sums and concatenations are modules;
one tensor in, logits out; attributable layers are listed as data beside the network.
"""
