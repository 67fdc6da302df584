"""Products of a BERT layer for training on a CPU, with fewer passes over memory than autograd's own."""

from __future__ import annotations

import functools


@functools.cache
def _functions() -> tuple:
    """Return the two autograd functions; torch is loaded here, for ``import llmlab`` stays light."""
    import torch
    from torch.nn import functional

    class Parts(torch.autograd.Function):
        """Parts of the last dimension; all cores put their gradients together (autograd's ``cat`` uses one)."""

        @staticmethod
        def forward(ctx, whole, number):
            return whole.chunk(number, -1)

        @staticmethod
        def backward(ctx, *gradients):
            *shape, width = gradients[0].shape
            whole = gradients[0].new_empty(*shape, len(gradients), width)
            for part, gradient in zip(whole.unbind(-2), gradients, strict=True):
                part.copy_(gradient)
            return whole.flatten(-2), None

    class FeedForward(torch.autograd.Function):
        """``x + W2 gelu(W1 x + b1) + b2``; sums over places are products with ones: they use the cores better."""

        @staticmethod
        def forward(ctx, given, w1, b1, w2, b2):
            flat = given.flatten(0, -2)
            inner = functional.linear(flat, w1, b1)
            active = functional.gelu(inner, approximate="tanh")
            ctx.save_for_backward(given, inner, active, w1, w2)
            return functional.linear(active, w2, b2).add_(flat).view(given.shape)

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

    return Parts, FeedForward


def products(hidden, *linear):
    """Return what several ``torch.nn.Linear`` of the same size make of ``hidden``, from one matrix product."""
    import torch

    parts, _ = _functions()
    weight = torch.cat([one.weight for one in linear])
    bias = torch.cat([one.bias for one in linear])
    return parts.apply(torch.nn.functional.linear(hidden, weight, bias), len(linear))


def feed_forward(layer, given):
    """Return what the feed-forward part of a ``BertLayer`` makes of ``given`` ``(…, hidden)``.

    The library's own way computes it in another dtype than float32, with dropout and with another activation.
    """
    import torch

    activation = layer.attention.self.config.hidden_act
    drops = layer.training and layer.output.dropout.p > 0
    if given.dtype != torch.float32 or drops or activation != "gelu_pytorch_tanh":
        return layer.feed_forward_chunk(given)
    _, feed = _functions()
    inner, outer = layer.intermediate.dense, layer.output.dense
    return layer.output.LayerNorm(feed.apply(given, inner.weight, inner.bias, outer.weight, outer.bias))
