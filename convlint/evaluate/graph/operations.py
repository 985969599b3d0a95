"""What torch's modules, functions and methods do with positions, by their names."""

from __future__ import annotations

from convlint.evaluate.graph.nodes import ALL, CAT, MOVE, NORM, OPAQUE, POOL, SAME

_SAME = frozenset(
    """abs acos add addcdiv addcmul alpha_dropout asin atan atan2 batch_norm bfloat16 bitwise_and bitwise_not bitwise_or
    ceil celu clamp clamp_max clamp_min clip clone contiguous cos cosh cpu cuda data detach div double dropout dropout1d
    dropout2d dropout3d elu eq erf exp expm1 fake_quantize_per_tensor_affine feature_alpha_dropout float floor
    floor_divide fmod ge gelu greater gt half hardshrink hardsigmoid hardswish hardtanh int isfinite isinf isnan le
    leaky_relu lerp less local_response_norm log log10 log1p log2 logical_and logical_not logical_or logsigmoid long lt
    masked_fill maximum minimum mish mul multiply nan_to_num ne neg negative polar pow prelu quantize_per_tensor
    dequantize real imag reciprocal relu relu6 remainder requires_grad_ round rrelu rsqrt rsub selu sigmoid sign silu
    sin sinh softplus softshrink softsign sqrt square sub subtract tan tanh tanhshrink threshold to true_divide trunc
    type type_as view_as_complex view_as_real where layer_norm rms_norm fill""".split()
)
_MOVE = frozenset(
    """adjoint broadcast_to channel_shuffle expand expand_as flatten flip moveaxis movedim permute pixel_shuffle
    pixel_unshuffle rearrange repeat reshape reshape_as roll squeeze swapaxes swapdims t tile transpose unflatten
    unsqueeze view view_as T mT native_channel_shuffle""".split()
)
_ALL = frozenset(
    """addmm affine_grid baddbmm bilinear bmm cdist chain_matmul conv_tbc cosine_similarity cross cummax cummin cumprod
    cumsum diff dot einsum embedding fft fft2 fftn fold fractional_max_pool2d fractional_max_pool3d glu grid_sample
    gumbel_softmax ifft ifft2 ifftn inner interpolate irfft irfft2 kron linear log_softmax logcumsumexp lp_normalize
    matmul max_unpool1d max_unpool2d max_unpool3d median mm multi_head_attention_forward mv normalize outer prod
    quantile rfft rfft2 scaled_dot_product_attention softmax softmin stft trace upsample upsample_bilinear
    upsample_nearest vdot cov corrcoef argmax argmin bincount histc nll_loss cross_entropy
    deform_conv2d roi_align roi_pool ps_roi_align ps_roi_pool nms""".split()
)
PARAMETRIC = frozenset({"batch_norm", "layer_norm", "rms_norm", "prelu", "type_as", "to"})
"""Operations whose other tensors are parameters of one channel each, or only lend their type."""
REDUCING = frozenset(
    """all amax amin any logsumexp max mean median min nanmean nansum norm prod std std_mean sum var var_mean
    count_nonzero aminmax""".split()
)
CATS = frozenset({"cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack"})
SPLITS = frozenset({"chunk", "split", "tensor_split", "unbind", "split_with_sizes", "unsafe_chunk", "unsafe_split"})
SHAPES_ONLY = frozenset(
    """zeros_like ones_like empty_like full_like rand_like randn_like randint_like new_zeros new_ones new_empty new_full
 size dim ndimension numel element_size is_floating_point is_contiguous data_ptr isinstance hasattr
    getattr setattr len id print str repr register_hook stride get_device storage_offset nelement is_complex
    callable issubclass format type_check""".split()
)
"""What looks at a tensor from outside."""
CONTAINERS = frozenset(
    """append appendleft extend insert get items keys values pop popleft popitem update setdefault copy index count
    remove clear reverse list tuple dict set zip enumerate reversed iter next map filter sorted range __init__
    __new__ __setattr__
    __setitem__ add_module register_buffer register_parameter __getitem__ __iter__ __len__ __contains__ OrderedDict
    namedtuple deque chain partial islice cast checkpoint checkpoint_sequential __call__ apply children
    named_children modules named_modules annotate""".split()
)
"""What keeps or hands on tensors as they are."""
KEEPS_ONE_POSITION = frozenset({MOVE, SAME, NORM, ALL, CAT})

_POOLS = ("AdaptiveAvgPool", "AdaptiveMaxPool", "adaptive_avg_pool", "adaptive_max_pool")
_SAME_MODULES = (
    "BatchNorm", "SyncBatchNorm", "Dropout", "AlphaDropout", "FeatureAlphaDropout", "Identity", "LayerNorm", "RMSNorm",
    "LocalResponseNorm", "QuantStub", "DeQuantStub",
)  # fmt: skip
_SAME_CLASSES = frozenset(
    """ReLU ReLU6 LeakyReLU PReLU RReLU ELU CELU SELU GELU SiLU Mish Sigmoid LogSigmoid Tanh Tanhshrink Hardtanh
    Hardswish Hardsigmoid Hardshrink Softplus Softshrink Softsign Threshold""".split()
)
_MOVE_CLASSES = frozenset({"Flatten", "Unflatten", "PixelShuffle", "PixelUnshuffle", "ChannelShuffle"})
_ALL_CLASSES = frozenset(
    """Linear LazyLinear Bilinear Upsample UpsamplingBilinear2d UpsamplingNearest2d MultiheadAttention LSTM GRU RNN
    Softmax Softmax2d LogSoftmax Softmin GLU Fold Embedding CosineSimilarity MaxUnpool2d Transformer
    TransformerEncoder TransformerEncoderLayer TransformerDecoder TransformerDecoderLayer""".split()
)


RECURRENT = frozenset({"LSTM", "GRU", "RNN"})
"""Modules that compute each of their results from the one before, so that none is wasted whoever reads them."""


def of_function(name: str) -> str:
    """The kind of a function or method that is no layer; functions that change a tensor in place are as the others."""
    plain = name[:-1] if name.endswith("_") and not name.endswith("__") else name
    if plain in _SAME:
        return SAME
    if plain in _MOVE:
        return MOVE
    if plain in CATS:
        return CAT
    if plain in ("instance_norm", "group_norm"):
        return NORM
    if plain.startswith(_POOLS):
        return POOL
    return ALL if plain in _ALL or plain.startswith("conv_transpose") else OPAQUE


def of_module(name: str) -> str:
    """The kind of a module of torch that is no sliding window, by the name of its class."""
    if name in _SAME_CLASSES or name.startswith(_SAME_MODULES):
        return SAME
    if name.startswith(("InstanceNorm", "GroupNorm")):
        return NORM
    if name.startswith(_POOLS):
        return POOL
    if name in _MOVE_CLASSES:
        return MOVE
    return ALL if name in _ALL_CLASSES or name.startswith("ConvTranspose") else OPAQUE
