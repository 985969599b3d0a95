"""Shapes of results against torch's own, on the meta device: the same, or not known, and never different."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

pytest.importorskip("torch")

from shape_cases import Case, Sizes, differences

IMAGE = (2, 6, 8, 10)
TOKENS = (2, 12, 8)
SIGNAL = (3, 4, 20)
VOLUME = (1, 2, 6, 7, 8)


def of(shape: Sizes, *bodies: str) -> list[Case]:
    return [Case(shape, body) for body in bodies]


def modules(shape: Sizes, *made: str) -> list[Case]:
    return [Case(shape, "self.m(x)", each) for each in made]


RESHAPED = [
    *of(
        IMAGE,
        "x.view(2, -1)", "x.view((2, 6, 80))", "x.view(2, 6, -1).transpose(1, 2)", "x.reshape([12, -1])",
        "x.view(x.size(0), -1)", "x.view(*x.shape[:2], -1)", "x.reshape(x.shape[0], 2, x.shape[1] // 2, *x.shape[2:])",
        "x.view(-1)", "torch.reshape(x, (4, -1, 5))", "x.reshape(-1, 2, 3, 8, 10)", "x.view_as(x)", "x.reshape_as(x)",
        "x.flatten(1)", "x.flatten(2)", "x.flatten()", "x.flatten(start_dim=1, end_dim=2)", "torch.flatten(x, -2)",
        "torch.flatten(x, 0, 1)", "x.ravel()", "x.unflatten(1, (2, 3))", "x.unflatten(-1, (5, -1))",
        "torch.unflatten(x, 1, (3, 2))", "x.permute(0, 2, 3, 1)", "x.permute((0, -1, 1, 2))", "x.permute(*[3, 2, 1, 0])",
        "torch.permute(x, (1, 0, 3, 2))", "x.transpose(1, -1)", "torch.transpose(x, 0, 1)", "x.swapaxes(1, 2)",
        "x.swapdims(0, 3)", "x.movedim(1, -1)", "torch.movedim(x, (1, 2), (3, 0))", "x.moveaxis(-1, 1)", "x.mT", "x.mH",
        "x[0, 0].t()", "x[0, 0].T", "x.unsqueeze(1)", "x.unsqueeze(-1)", "torch.unsqueeze(x, -5)",
        "x[:, :1].squeeze(1)", "x[:, :1].squeeze()", "x.squeeze(1)", "x[:1, :1].squeeze((0, 1))", "x.squeeze(-1)",
        "x[:, :1].expand(-1, 5, -1, -1)", "x[:1].expand(3, 6, 8, 10)", "x.expand(4, *x.shape)", "x.expand(3, -1, -1, -1, -1)",
        "x[:, :1].expand_as(x)", "torch.broadcast_to(x[:, :1], x.shape)", "x.repeat(1, 2, 1, 3)", "x.repeat(2, 1, 1, 1, 1)",
        "x.tile((2, 1))", "x.tile(2, 1, 1, 2)", "x.repeat_interleave(3, 1)", "x.repeat_interleave(2, dim=-1)",
        "x.repeat_interleave(2)", "x.roll(1, 2)", "torch.roll(x, (1, 2), (2, 3))", "x.flip(-1)", "torch.flip(x, (2, 3))",
        "torch.rot90(x, 1, (2, 3))", "x.contiguous().clone().detach()", "x.unfold(2, 4, 2)", "x.diagonal(0, 2, 3)",
        "x.triu()", "torch.narrow(x, 1, 2, 3)", "x.narrow(2, 1, 4)", "x.select(1, 0)", "x.half().float()", "x.to(torch.float16)",
        "torch.atleast_3d(x[0, 0])", "torch.block_diag(x[0, 0], x[0, 1])", "torch.kron(x[0, 0], x[0, 1])",
    ),
    *of(TOKENS, "x.transpose(1, 2).unflatten(2, (3, 4))", "x.view(2, 12, 2, 4).transpose(1, 2)", "x.T if x.dim() == 2 else x"),
]  # fmt: skip
PIECES = [
    *of(
        IMAGE,
        "a, b, c = x.chunk(3, 1); a, b, c", "a, b, c = x.chunk(3, dim=-1); a, b, c", "a, b = torch.chunk(x, 2, dim=2); a, b",
        "a, b = x.chunk(2); b, a", "x.chunk(4, 1)[0]", "x.chunk(3, 3)[-1]", "x.chunk(3, 3)[2]", "list(x.chunk(2, 1))[1]",
        "a, b = x.split(4, 1); a, b", "a, b, c = x.split([1, 2, 3], dim=1); a, b, c", "torch.split(x, (4, 2), 1)[0]",
        "torch.split(x, 7, -1)[1]", "a, b = x.split((3, 5), 2); a, b", "a, b = x.split(1); a, b",
        "a, b = torch.split(x, [5, 1], dim=1); torch.cat((a, b), 1)", "a, b = x.split_with_sizes((2, 4), 1); a, b",
        "a, b = x.unbind(0); a, b", "torch.unbind(x, 1)[0]", "torch.stack(x.unbind(1), -1)", "torch.stack(x.unbind(-1), 1)",
        "a, b = x.tensor_split(2, 1); a, b", "a, b, c = torch.tensor_split(x, 3, dim=3); a, b, c",
        "a, b, c = x.tensor_split((2, 3), 1); a, b, c", "a, b, c = torch.tensor_split(x, [4, 20], 1); a, b, c",
        "a, b = x; a, b", "[y for y in x.chunk(2, 1)]", "[y.flatten(1) for y in x.split(2, 1)]",
        "torch.cat([y.mean(1, keepdim=True) for y in x.chunk(3, dim=1)], 1)", "a, *rest = x.chunk(3, 1); [a, *rest]",
        "torch.hsplit(x, 2)[0]", "torch.cat((x, x), 1)", "torch.cat([x, x[:, :3], x[:, :1]], dim=1)", "torch.cat((x, x[..., :4]), -1)",
        "torch.concat((x, x))", "torch.concatenate([x, x], axis=2)", "torch.cat([x] * 3, 1)", "torch.stack((x, x))",
        "torch.stack([x, x, x], dim=1)", "torch.stack([x, x], -1)", "torch.hstack((x, x))", "torch.vstack((x, x))", "torch.dstack((x, x))",
        "torch.cat(tuple(x[:, i::2] for i in range(2)), 1)", "torch.cat([x.new_zeros(2, 1, 8, 10), x], 1)",
        "torch.cat([torch.zeros(2, 2, 8, 10), x], 1)",
    ),
    *of(TOKENS, "q, k, v = x.reshape(2, 12, 2, 2, 2).permute(2, 0, 3, 1, 4)[[0, 1, 1]]; q @ k.transpose(-2, -1) @ v",
        "q, k = x.view(2, 12, 2, 4).unbind(2); q, k", "a, b = x.chunk(2, -1); a * b.sigmoid()"),
]  # fmt: skip
SLICES = of(
    IMAGE,
    "x[0]", "x[-1]", "x[:, 0]", "x[0, 1, 2]", "x[:, :, 1:-1, 2:-3]", "x[..., ::2, 1::2]", "x[..., ::3]", "x[:, -2:]", "x[:, :-2]",
    "x[:, 2:20]", "x[:, 5:2]", "x[None]", "x[:, None]", "x[..., None]", "x[:, :, None, :, None]", "x[..., 0]", "x[0, ..., 0]", "x[...]",
    "x[:, :, :4][:, :, 1:]", "x[:, 1:4, ..., -5:-1]", "x[:, [0, 2]]", "x[:, torch.tensor([0, 1, 1])]", "x[:, torch.arange(3)]",
    "x[:, :, torch.arange(2)[:, None], torch.arange(3)]", "x[slice(None), slice(1, 3)]", "x[:, x.shape[1] // 2:]", "x[:, :x.size(1) // 4]",
    "x[-100:]", "x[:, -100:3]", "x[0][1][2]", "x[True]", "x[:, ::6]", "x[:, :, 3::4, ::5]", "x[(0,)]", "x[:, 0:1, None]",
    "x.new_zeros(3, 4)", "x.new_ones((2, 5))", "x.new_full((2, 3), 1.0)", "x.new_empty(x.shape[1:])", "torch.zeros_like(x)", "torch.ones_like(x[0])",
)  # fmt: skip
REDUCED = of(
    IMAGE,
    "x.mean()", "x.mean(1)", "x.mean((2, 3))", "x.mean([2, 3], keepdim=True)", "x.mean(dim=(-2, -1))", "x.mean(-1, True)", "x.sum(1, keepdim=True)",
    "torch.sum(x, dim=(0, 2))", "torch.mean(x, 1)", "x.amax((2, 3), keepdim=True)", "x.amin(-1)", "x.argmax(1)", "x.argmax()", "x.argmin(dim=2, keepdim=True)",
    "a, b = x.max(1); a, b", "a, b = torch.max(x, dim=-1, keepdim=True); a, b", "x.max()", "x.min(2)[0]", "x.max(1).values", "x.max(1, keepdim=True)[0]", "torch.max(x, x[:1])",
    "torch.min(x, 1)[1]", "a, b = x.topk(3, 1); a, b", "a, b = torch.topk(x, k=2, dim=-1); a, b", "x.topk(4)[1]", "a, b = x.sort(-1); a, b", "x.argsort(1)",
    "x.norm()", "x.norm(dim=1)", "x.norm(p=2, dim=1, keepdim=True)", "x.norm(2, 1, True)", "torch.norm(x, 2, 1)", "x.var((2, 3))", "x.var(dim=1, unbiased=False)", "x.var(1, keepdim=True)", "x.std(dim=1, keepdim=True)", "x.std()",
    "x.std([2, 3], unbiased=False, keepdim=True)", "torch.var_mean(x, dim=1)[0]", "a, b = torch.var_mean(x, dim=(2, 3), keepdim=True); a, b", "a, b = torch.std_mean(x, dim=[1]); a, b", "a, b = torch.var_mean(x, 1, unbiased=False, keepdim=True); a, b",
    "x.logsumexp(1)", "torch.logsumexp(x, dim=(2, 3), keepdim=True)", "x.prod(1)", "x.all()", "x.any(1)", "(x > 0).any(dim=1, keepdim=True)", "x.cumsum(1)", "x.cumprod(dim=2)",
    "x.median()", "x.median(1)[0]", "a, b = x.median(1); a, b", "x.quantile(0.5)", "x.quantile(0.5, dim=1)", "torch.count_nonzero(x)", "torch.nanmean(x, 1)", "x.softmax(1)", "F.softmax(x, dim=-1)", "x.log_softmax(1)", "x.mean(axis=1)", "x.sum(axis=(2, 3), keepdims=True)",
    "torch.linalg.norm(x, dim=1)", "torch.linalg.vector_norm(x, dim=1, keepdim=True)", "x.sum(()).shape and x.sum(())", "x.kthvalue(2, 1)[0]", "x.mode(1)[0]", "a, b = torch.aminmax(x); a, b", "x.nansum(1)", "x.dist(x)",
)  # fmt: skip
TOGETHER = [
    *of(
        IMAGE,
        "x + 1", "1 / x", "-x", "~(x > 0)", "x + x[:1]", "x * x[:, :1]", "x * x[0, 0]", "x[:, :1] * x[:1]", "x - x.mean(1, keepdim=True)", "x ** 2", "x // 2", "x % 3", "x > x[:1]", "x[..., 0:1] + x[..., 0:1, :]",
        "torch.add(x, x[:, :1])", "x.mul(x[0])", "torch.where(x > 0, x, x[:1])", "torch.where(x[:, :1] > 0, 1.0, x)", "torch.maximum(x[:1], x)", "torch.lerp(x, x, 0.5)", "torch.addcmul(x[:, :1], x, x)", "x.masked_fill(x > 0, 0)", "x.masked_fill(x[:1] > 0, 0)", "x[:1].masked_fill(x > 0, 0) if False else x",
        "x[:, :1].addcmul(x, x)", "x.clamp(0, 1)", "x.clamp(min=x[:1])", "x.eq(x[:1])", "x.pow(x[:1])", "torch.atan2(x, x[:1])", "F.relu(x)", "F.gelu(x)", "x.sigmoid().tanh()", "torch.exp(x)", "x.abs_()", "x.add_(x[:1])", "F.dropout(x)", "F.normalize(x, dim=1)", "F.layer_norm(x, x.shape[1:])",
        "F.group_norm(x, 2)", "F.instance_norm(x)", "F.glu(x, 1)", "F.glu(x)", "F.local_response_norm(x, 2)", "F.one_hot(x[:, 0].long(), 5)", "F.cosine_similarity(x, x)", "F.cosine_similarity(x, x, dim=-1)", "F.mse_loss(x, x)", "F.l1_loss(x, x, reduction='none')", "F.softplus(x)", "F.logsigmoid(x)", "F.leaky_relu(x, 0.1)", "F.hardtanh(x)", "F.threshold(x, 0, 1)",
        "x @ x.transpose(-2, -1)", "torch.matmul(x, x[0, 0].t())", "x @ x[0, 0, 0]", "x[0, 0, 0] @ x[0, 0].T", "x[0, 0, 0] @ x.mT", "x[0, 0, 0] @ x[0, 0, 0]", "torch.matmul(x[:1], x[:, :1].mT)", "x[0].bmm(x[0].transpose(1, 2))", "torch.bmm(x[0], x[0].mT)", "torch.mm(x[0, 0], x[0, 0].t())", "x[0, 0].mv(x[0, 0, 0])", "x[0, 0, 0].dot(x[0, 0, 0])", "torch.outer(x[0, 0, 0], x[0, 0, 0])", "torch.baddbmm(x[0], x[0], x[0, :, :, :1].expand(-1, -1, 10)) if False else x",
        "torch.addmm(torch.zeros(8), x[0, 0], x[0, 0].T)", "torch.baddbmm(torch.zeros(1), x[0], x[0].mT)", "torch.dot(x[0, 0, 0], x[0, 0, 0])", "torch.inner(x, x)", "torch.tensordot(x, x, dims=([1, 2, 3], [1, 2, 3]))", "torch.cdist(x, x)", "torch.cross(x[:, :3], x[:, :3], dim=1)", "torch.addcdiv(x, x, x + 1)",
        "torch.einsum('bchw,bcij->bhwij', x, x)", "torch.einsum('bchw->bc', x)", "torch.einsum('bchw,bchw->b', x, x)", "torch.einsum('bchw, dc -> bdhw', x, torch.zeros(7, 6))", "torch.einsum('...hw,...vw->...hv', x, x)", "torch.einsum('bchw,c', x, torch.zeros(6))", "torch.einsum('ba,cb', x[0, 0], x[0, 1].mT.reshape(10, 8))", "torch.einsum('ii->i', x[0, 0, :, :8])", "torch.einsum('b...->...', x)",
        "torch.einsum('ij,jk', [x[0, 0], x[0, 0].t()])", "torch.einsum('...,...->...', x, x[:, :1])",
        "x.gather(1, torch.zeros(2, 3, 8, 10).long())", "x.index_select(1, torch.tensor([0, 2]))", "torch.index_select(x, 2, torch.arange(5))", "x.take_along_dim(torch.zeros(2, 1, 8, 10).long(), 1)", "x.scatter(1, torch.zeros(2, 1, 8, 10).long(), 0.0)",
        "torch.meshgrid(torch.arange(x.shape[2]), torch.arange(x.shape[3]), indexing='ij')[0]", "a, b = torch.meshgrid(torch.arange(3), torch.arange(4), indexing='xy'); a, b", "a, b = torch.meshgrid([x[0, 0, 0], x[0, 0, :, 0]], indexing='ij'); a, b", "a, b = torch.meshgrid((x[0, 0, 0], x[0, 0, :, 0]), indexing='xy'); a, b", "torch.arange(x.shape[1])", "torch.zeros(x.shape[0], 1)", "torch.linspace(0, 1, x.shape[3])", "torch.eye(x.shape[1])",
        "torch.arange(1, x.shape[3], 2)", "torch.arange(x.shape[3]).float() + x", "torch.cartesian_prod(x[0, 0, 0], x[0, 0, 0])", "torch.view_as_complex(x.view(2, 6, 8, 5, 2))", "torch.view_as_real(torch.view_as_complex(x.view(2, 6, 8, 5, 2)))", "torch.fft.fft2(x)", "torch.fft.rfft2(x)", "torch.fft.irfft2(torch.fft.rfft2(x))", "torch.complex(x, x)",
        "x.view(2, 6, 80).bmm(x.view(2, 80, 6))", "x.to(torch.float64).type_as(x)", "x.data", "x.type(torch.float32)", "x.real", "(x, x.shape)[0]", "torch.vmap(lambda y: y * 2)(x) if False else x", "torch.tensor(x.shape)", "torch.tensor([x.shape[0], 1, 1])",
    ),
    *of(
        TOKENS,
        "F.scaled_dot_product_attention(x, x, x)", "F.scaled_dot_product_attention(x[:, :3], x, x[..., :5])", "F.scaled_dot_product_attention(x.view(2, 12, 2, 4).transpose(1, 2), x.view(2, 12, 2, 4).transpose(1, 2), x.view(2, 12, 2, 4).transpose(1, 2))", "F.linear(x, torch.zeros(5, 8))", "F.linear(x, torch.zeros(5, 8), torch.zeros(5))", "F.linear(x, torch.zeros(8))",
        "F.embedding(x.long(), torch.zeros(9, 3))", "F.pad(x, (1, 2))", "F.pad(x, (0, 0, 1, 0))", "F.pad(x, (0, 0, 1, 0), value=1.0)", "F.pad(x, (-1, -2, 3, 0, 1, 1))", "torch.cat((x[:, :1], x), 1)", "torch.cat((torch.zeros(1, 1, 8).expand(x.shape[0], -1, -1), x), dim=1)",
        "F.multi_head_attention_forward(x, x, x, 8, 2, torch.zeros(24, 8), torch.zeros(24), None, None, False, 0.0, torch.zeros(8, 8), torch.zeros(8))[0]", "F.interpolate(x, 7)", "F.interpolate(x, scale_factor=2)", "F.adaptive_avg_pool1d(x, 3)", "F.conv1d(x, torch.zeros(4, 12, 3))",
    ),
]  # fmt: skip
WINDOWS = [
    *of(
        IMAGE,
        "F.conv2d(x, torch.zeros(4, 6, 3, 3))", "F.conv2d(x, torch.zeros(4, 6, 3, 3), None, 2, 1)", "F.conv2d(x, torch.zeros(4, 3, 2, 3), stride=(2, 1), padding=(1, 0), groups=2)", "F.conv2d(x, torch.zeros(4, 6, 3, 3), padding='same')", "F.conv2d(x, torch.zeros(4, 6, 4, 3), padding='same', dilation=2)", "F.conv2d(x, torch.zeros(4, 6, 3, 3), padding='valid')", "F.conv2d(x, torch.zeros(4, 6, 3, 3), dilation=(2, 3))",
        "F.conv2d(x.view(1, 12, 8, 10), torch.zeros(12, 1, 3, 3), groups=12)", "F.conv2d(x.reshape(1, -1, 8, 10), torch.zeros(4, 6, 1, 1), groups=2)", "F.conv2d(x[0], torch.zeros(4, 6, 3, 3))", "F.conv_transpose2d(x, torch.zeros(6, 4, 3, 3), stride=2, padding=1, output_padding=1)", "F.conv_transpose2d(x, torch.zeros(6, 2, 3, 3), groups=2, dilation=2)", "F.conv_transpose2d(x, torch.zeros(6, 1, 2, 4), None, (2, 1), (0, 2))",
        "F.max_pool2d(x, 2)", "F.max_pool2d(x, 3, 2, 1)", "F.max_pool2d(x, 3, 2, ceil_mode=True)", "F.max_pool2d(x, (2, 3), (1, 2))", "F.max_pool2d(x, 3, 2, 1, 2)", "F.max_pool2d(x, kernel_size=5, stride=3, padding=2, ceil_mode=True)", "F.avg_pool2d(x, 3, 2, 1)", "F.avg_pool2d(x, 3, ceil_mode=True)", "F.avg_pool2d(x, (x.shape[2], x.shape[3]))", "F.avg_pool2d(x, x.shape[2:])", "F.avg_pool2d(x, x.size()[2:])", "F.lp_pool2d(x, 2, 3, 2)", "F.max_pool2d(x, 2, return_indices=True)[0]", "a, b = F.max_pool2d(x, 2, return_indices=True); a, b",
        "F.adaptive_avg_pool2d(x, 1)", "F.adaptive_avg_pool2d(x, (3, None))", "F.adaptive_max_pool2d(x, [4, 5])", "F.adaptive_avg_pool2d(x[0], 2)", "F.adaptive_max_pool2d(x, 2, return_indices=True)[0]", "a, b = F.adaptive_max_pool2d(x, 2, return_indices=True); a, b", "F.unfold(x, 3)", "F.unfold(x, (2, 3), dilation=2, padding=1, stride=2)", "F.fold(F.unfold(x, 2, stride=2), (8, 10), 2, stride=2)", "F.fold(x.view(2, 24, 20), output_size=(8, 10), kernel_size=(2, 2), stride=2)",
        "F.pad(x, (1, 1, 2, 2))", "F.pad(x, [1, 0], 'reflect') if False else x", "F.pad(x, (1, 2, 3, 4), mode='reflect')", "F.pad(x, (0, -1, -1, 0))", "F.pad(x, (1,) * 4)", "F.interpolate(x, size=5)", "F.interpolate(x, size=(5, 7), mode='bilinear')", "F.interpolate(x, size=x.shape[-2:])", "F.interpolate(x, scale_factor=2)", "F.interpolate(x, scale_factor=0.5)", "F.interpolate(x, scale_factor=(1.5, 0.3))", "F.interpolate(x, None, 2, 'nearest')", "F.interpolate(x, (x.shape[2] * 2, x.shape[3] * 2))", "F.interpolate(x, scale_factor=1 / 3, recompute_scale_factor=True)", "F.upsample(x, scale_factor=2)", "F.interpolate(x, scale_factor=1.3)", "F.interpolate(x, scale_factor=0.7)",
        "F.pixel_shuffle(x[:, :4], 2)", "F.pixel_unshuffle(x, 2)", "F.channel_shuffle(x, 2)", "F.grid_sample(x, torch.zeros(2, 5, 7, 2))", "F.affine_grid(torch.zeros(2, 2, 3), x.shape)", "F.grid_sample(x, F.affine_grid(torch.zeros(2, 2, 3), (2, 6, 4, 5)))", "h, w = x.shape[-2:]; F.pad(x, (0, (4 - w % 4) % 4, 0, (4 - h % 4) % 4))", "ih = x.size(2); oh = math.ceil(ih / 3); p = max((oh - 1) * 3 + 4 - ih, 0); F.conv2d(F.pad(x, [0, 0, p // 2, p - p // 2]), torch.zeros(2, 6, 4, 1), stride=(3, 1))", "F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2)",
    ),
    *of(SIGNAL, "F.conv1d(x, torch.zeros(2, 4, 5), stride=3, padding=2, dilation=2)", "F.max_pool1d(x, 3, 2, ceil_mode=True)", "F.avg_pool1d(x, 4, 3)", "F.conv_transpose1d(x, torch.zeros(4, 2, 4), stride=3)", "F.interpolate(x, 33, mode='linear')", "F.adaptive_max_pool1d(x, 7)", "F.pad(x, (3, 0))", "x.unfold(-1, 4, 4)"),
    *of(VOLUME, "F.conv3d(x, torch.zeros(4, 2, 3, 1, 2), padding=(1, 0, 1))", "F.max_pool3d(x, 2, ceil_mode=True)", "F.avg_pool3d(x, (1, 2, 2))", "F.adaptive_avg_pool3d(x, (1, None, None))", "F.interpolate(x, scale_factor=(1, 2, 2))", "F.conv_transpose3d(x, torch.zeros(2, 3, 2, 2, 2), stride=2)", "x.flatten(2).mean(-1)", "F.pad(x, (1, 1, 0, 0, 2, 1))"),
]  # fmt: skip
MODULES = [
    *modules(
        IMAGE,
        "nn.Conv2d(6, 4, 3)", "nn.Conv2d(6, 4, 3, 2, 1)", "nn.Conv2d(6, 4, (3, 5), padding=(1, 2), bias=False)", "nn.Conv2d(6, 12, 3, padding='same', groups=6)", "nn.Conv2d(6, 4, 4, padding='same', dilation=2)", "nn.Conv2d(6, 4, 3, dilation=3, padding=3, padding_mode='reflect')", "nn.LazyConv2d(5, 3, 2)", "nn.Conv2d(6, 4, 8)", "nn.ConvTranspose2d(6, 4, 3, 2, 1, 1)", "nn.ConvTranspose2d(6, 4, (2, 4), stride=(2, 1), padding=(0, 1), dilation=(1, 2), groups=2)", "nn.ConvTranspose2d(6, 4, 4, 4, output_padding=3)",
        "nn.MaxPool2d(2)", "nn.MaxPool2d(3, 2, 1)", "nn.MaxPool2d(3, 2, ceil_mode=True)", "nn.MaxPool2d(2, stride=3, dilation=2)", "nn.AvgPool2d(3, 2, 1, True)", "nn.AvgPool2d(4, count_include_pad=False)", "nn.LPPool2d(2, 3)", "nn.AdaptiveAvgPool2d(1)", "nn.AdaptiveAvgPool2d((None, 3))", "nn.AdaptiveMaxPool2d((2, 3))", "nn.FractionalMaxPool2d(2, output_size=3)", "nn.Unfold(3, padding=1, stride=2)", "nn.MaxPool2d(3, 2, ceil_mode=True, padding=1)",
        "nn.Flatten()", "nn.Flatten(0, 2)", "nn.Flatten(-2)", "nn.Unflatten(1, (2, 3))", "nn.Unflatten(1, (2, -1))", "nn.Upsample(scale_factor=2)", "nn.Upsample(size=(3, 4))", "nn.Upsample(7)", "nn.Upsample(scale_factor=(2, 0.5), mode='nearest')", "nn.UpsamplingBilinear2d(scale_factor=2)", "nn.UpsamplingNearest2d(size=5)", "nn.PixelUnshuffle(2)", "nn.ZeroPad2d(1)", "nn.ZeroPad2d((1, 2, 3, 4))", "nn.ReflectionPad2d((1, 0, 2, 0))", "nn.ConstantPad2d(-1, 0)", "nn.ReplicationPad2d(2)", "nn.CircularPad2d((1, 1, 1, 1))",
        "nn.Identity()", "nn.ReLU(inplace=True)", "nn.Sigmoid()", "nn.PReLU(6)", "nn.Softmax(dim=1)", "nn.Softmax2d()", "nn.LogSoftmax(1)", "nn.BatchNorm2d(6)", "nn.GroupNorm(2, 6)", "nn.InstanceNorm2d(6)", "nn.LayerNorm(10)", "nn.LayerNorm((8, 10))", "nn.RMSNorm(10)", "nn.Dropout2d(0.2)", "nn.LocalResponseNorm(3)", "nn.ChannelShuffle(3)", "nn.GLU(1)", "nn.GLU()", "nn.Linear(10, 7)", "nn.LazyLinear(3)", "nn.Hardswish()", "nn.SiLU()", "nn.GELU()", "nn.LeakyReLU()", "nn.Mish()", "nn.Threshold(0, 1)", "nn.CosineSimilarity()",
        "nn.Sequential(nn.Conv2d(6, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(96, 5))", "nn.Sequential(nn.Conv2d(6, 8, 1), nn.PixelShuffle(2))", "nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.LazyLinear(4))", "nn.Sequential()",
    ),
    *modules(TOKENS, "nn.Linear(8, 3)", "nn.LayerNorm(8)", "nn.Conv1d(12, 4, 3)", "nn.BatchNorm1d(12)", "nn.MaxPool1d(2)", "nn.TransformerEncoderLayer(8, 2, batch_first=True)", "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, batch_first=True), 2)", "nn.Embedding(5, 6)", "nn.Upsample(scale_factor=3)", "nn.ConstantPad1d((2, 1), 0)", "nn.Fold((4, 6), (2, 3), stride=(2, 3))" if False else "nn.Flatten(1)", "nn.Bilinear(8, 8, 3)" if False else "nn.Softplus()", "nn.AdaptiveAvgPool1d(5)"),
    Case(TOKENS, "self.m(x, x, x)[0]", "nn.MultiheadAttention(8, 2, batch_first=True)"),
    Case(TOKENS, "a, b = self.m(x, x, x, need_weights=False); a", "nn.MultiheadAttention(8, 2)"),
    Case(TOKENS, "self.m(x[:, :3], x, x)[0]", "nn.MultiheadAttention(8, 2, batch_first=True)"),
    Case(TOKENS, "self.m(x)[0]", "nn.LSTM(8, 5, batch_first=True)"),
    Case(TOKENS, "y, h = self.m(x); y", "nn.GRU(8, 5, 2, bidirectional=True)"),
    Case(TOKENS, "self.m(x, x[:, :3])", "nn.TransformerDecoderLayer(8, 2, batch_first=True)"),
    Case(IMAGE, "self.m(x, x)", "nn.CosineSimilarity()"),
    Case(IMAGE, "self.m(x, output_size=(17, 21))", "nn.ConvTranspose2d(6, 4, 3, 2)"),
    Case(IMAGE, "self.m(x)[0]", "nn.MaxPool2d(2, return_indices=True)"),
    Case(IMAGE, "a, b = self.m(x); a, b", "nn.MaxPool2d(2, return_indices=True)"),
    Case(IMAGE, "self.m(x[0])", "nn.Conv2d(6, 3, 3)"),
    Case(IMAGE, "self.m(x[0])", "nn.MaxPool2d(2)"),
    Case(IMAGE, "y = x; \n        for layer in self.m: y = layer(y); y", "nn.ModuleList([nn.Conv2d(6, 6, 3), nn.MaxPool2d(2)])") if False else Case(IMAGE, "self.m[0](x)", "nn.ModuleList([nn.Conv2d(6, 6, 3)])"),
    Case(IMAGE, "self.m['a'](x)", "nn.ModuleDict({'a': nn.Conv2d(6, 6, 3)})"),
    Case(IMAGE, "x * self.m", "nn.Parameter(torch.zeros(1, 6, 1, 1))"),
    Case(TOKENS, "x + self.m", "nn.Parameter(torch.zeros(1, 12, 8))"),
    Case(TOKENS, "torch.cat((self.m.expand(x.shape[0], -1, -1), x), dim=1)", "nn.Parameter(torch.zeros(1, 1, 8))"),
    Case(IMAGE, "F.conv2d(x, self.m.weight)", "nn.Conv2d(6, 4, 3)"),
    *modules(SIGNAL, "nn.Conv1d(4, 6, 5, 2, padding=2)", "nn.ConvTranspose1d(4, 2, 4, 2, 1)", "nn.MaxPool1d(3, ceil_mode=True)", "nn.AvgPool1d(2)", "nn.AdaptiveMaxPool1d(3)", "nn.ReflectionPad1d(2)", "nn.Conv1d(4, 4, 4, padding='same')"),
    *modules(VOLUME, "nn.Conv3d(2, 4, (1, 3, 3), padding=(0, 1, 1))", "nn.ConvTranspose3d(2, 2, 2, 2)", "nn.MaxPool3d((1, 2, 2))", "nn.AvgPool3d(2)", "nn.AdaptiveAvgPool3d(1)", "nn.ConstantPad3d(1, 0)", "nn.BatchNorm3d(2)", "nn.Upsample(scale_factor=(1, 2, 2))", "nn.ReplicationPad3d((1, 0, 1, 0, 1, 0))"),
]  # fmt: skip
TABLES = {"reshaped": RESHAPED, "pieces": PIECES, "slices": SLICES, "reduced": REDUCED, "together": TOGETHER, "windows": WINDOWS, "modules": MODULES}
