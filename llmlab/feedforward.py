"""The feed-forward part of a BERT layer in float32, with fewer passes over memory than autograd's own."""

from __future__ import annotations

import torch
from torch.nn.functional import gelu, linear


class _FeedForward(torch.autograd.Function):
    """``x + W2 gelu(W1 x + b1) + b2``; sums over places are products with ones, which use the cores better."""

    @staticmethod
    def forward(ctx, given, w1, b1, w2, b2):
        flat = given.flatten(0, -2)
        inner = linear(flat, w1, b1)
        active = gelu(inner, approximate="tanh")
        ctx.save_for_backward(given, inner, active, w1, w2)
        return linear(active, w2, b2).add_(flat).view(given.shape)

    @staticmethod
    def backward(ctx, gradient):
        given, inner, active, w1, w2 = ctx.saved_tensors
        flat, gradient = given.flatten(0, -2), gradient.reshape(-1, gradient.shape[-1])
        back = torch.ops.aten.gelu_backward(gradient @ w2, inner, approximate="tanh")
        ones = gradient.new_ones(len(flat))
        return (
            torch.addmm(gradient, back, w1).view(given.shape),
            back.t() @ flat,
            ones @ back,
            gradient.t() @ active,
            ones @ gradient,
        )


def feed_forward(layer, given):
    """Return what the feed-forward part of a ``BertLayer`` makes of ``given`` ``(…, hidden)``.

    The library's own way computes it in another dtype than float32, with dropout and with another activation.
    """
    activation = layer.attention.self.config.hidden_act
    drops = layer.training and layer.output.dropout.p > 0
    if given.dtype != torch.float32 or drops or activation != "gelu_pytorch_tanh":
        return layer.feed_forward_chunk(given)
    inner, outer = layer.intermediate.dense, layer.output.dense
    found = _FeedForward.apply(given, inner.weight, inner.bias, outer.weight, outer.bias)
    return layer.output.LayerNorm(found)
