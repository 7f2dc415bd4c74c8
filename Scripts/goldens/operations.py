"""Writes the golden files that every backend's operations are held against.

    python Scripts/goldens/operations.py Tests/Goldens/operations

Needs torch and transformers; the tests read what is written and need none of them.

A file is one case, in safetensors form. Its tensors are called PRECISION.ROLE.NAME:
- `f32.input.x` and `bf16.input.x` are what an operation is given (bf16 inputs are rounded first);
- `f32.truth.y` and `bf16.truth.y` are what it must give, computed in float64 from those inputs.
Its metadata holds the operation's numbers, and `error.y`: PyTorch's own relative error, in bf16,
against that truth. Every number is exact in float32, so that both sides compute with the same.
The script refuses to write a truth that PyTorch's own float32 operations do not confirm.
"""

import json
import struct
import sys
import zlib
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
import transformers
from transformers.models.llama.modeling_llama import LlamaRMSNorm, apply_rotary_pos_emb


def exact(number):
    """The number that a float32 holds."""
    return float(numpy.float32(number))


def error(a, b):
    a, b = a.detach().double(), b.detach().double()
    return float((a - b).norm() / b.norm()) if b.norm() > 0 else float(a.norm())


def gradients(outputs, upstream, inputs):
    return torch.autograd.grad(outputs, inputs, upstream)


def save(tensors, metadata, path):
    """Writes safetensors with a header in a fixed order, so that equal cases are equal files."""
    kinds = {
        torch.float64: "F64", torch.float32: "F32", torch.bfloat16: "BF16", torch.int32: "I32"}
    header, body = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        flat = tensor.contiguous().flatten()
        raw = flat.view(torch.uint8).numpy().tobytes()
        header[name] = {
            "dtype": kinds[tensor.dtype], "shape": list(tensor.shape),
            "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


class Case:
    """Collects one file: inputs, then outputs in every precision."""

    def __init__(self, name, **numbers):
        self.name = name
        self.numbers = numbers
        self.inputs = {}
        self.masters = set()
        self.unrounded = set()
        self.generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))

    def normal(self, name, *shape, scale=1.0, shift=0.0, master=False):
        """A random input; a master stays f32 in the file whatever the precision."""
        self.inputs[name] = torch.randn(shape, generator=self.generator) * scale + shift
        if master:
            self.masters.add(name)

    def given(self, name, values, unrounded=False):
        self.inputs[name] = values
        if unrounded:
            self.masters.add(name)
            self.unrounded.add(name)

    def round(self, name, values, dtype):
        if not values.is_floating_point() or name in self.unrounded:
            return values
        return values.to(dtype)

    def write(self, folder, compute, precisions=("f32", "bf16")):
        """`compute(inputs)` works in whatever dtype its inputs have and returns named outputs."""
        tensors, metadata = {}, {k: repr(v) for k, v in self.numbers.items()}
        for precision in precisions:
            dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[precision]
            rounded = {k: self.round(k, v, dtype) for k, v in self.inputs.items()}
            wide = {k: v.double() if v.is_floating_point() else v for k, v in rounded.items()}
            own = {k: v.to(dtype) if v.is_floating_point() else v for k, v in rounded.items()}
            truth = compute(wide)
            measured = compute(own)
            for key, value in rounded.items():
                stored = value.float() if key in self.masters else value
                if not value.is_floating_point():
                    stored = value.int()
                tensors[f"{precision}.input.{key}"] = stored
            for key, value in truth.items():
                assert value.dtype == torch.float64, (self.name, key, value.dtype)
                tensors[f"{precision}.truth.{key}"] = value.detach()
                if measured.get(key) is None:
                    continue
                own_error = error(measured[key], value)
                if precision == "f32":
                    assert own_error < 2e-6, (self.name, key, own_error)
                else:
                    metadata[f"error.{key}"] = repr(own_error)
        save(tensors, metadata, folder / f"{self.name}.safetensors")
        print(self.name, {k: v for k, v in metadata.items() if k.startswith("error")})


def swiglu(folder):
    case = Case("swiglu")
    case.normal("gateUp", 7, 50, scale=2.0)
    case.normal("upstream", 7, 25)

    def compute(given):
        x = given["gateUp"].clone().requires_grad_()
        gate, up = x.chunk(2, dim=-1)
        y = F.silu(gate) * up
        (dx,) = gradients(y, given["upstream"], [x])
        return {"y": y, "gradient.gateUp": dx}

    case.write(folder, compute)


def matmul(folder):
    case = Case("matmul")
    case.normal("x", 9, 33)
    case.normal("weight", 17, 33, scale=0.2)
    case.normal("upstream", 9, 17)

    def compute(given):
        x, weight = (given[k].clone().requires_grad_() for k in ("x", "weight"))
        y = F.linear(x, weight)
        dx, dw = gradients(y, given["upstream"], [x, weight])
        return {"y": y, "gradient.x": dx, "gradient.weight": dw}

    case.write(folder, compute)


def rms_norm(folder):
    case = Case("rms_norm", epsilon=exact(1e-5))
    case.normal("x", 6, 41, scale=1.5)
    case.normal("weight", 41, scale=0.3, shift=1.0, master=True)
    case.normal("upstream", 6, 41)

    def compute(given):
        x, weight = (given[k].clone().requires_grad_() for k in ("x", "weight"))
        epsilon = case.numbers["epsilon"]
        inverse = None
        if x.dtype == torch.float64:  # Llama's module computes in float32 whatever it is given.
            inverse = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon)
            y = x * inverse * weight
        else:
            norm = LlamaRMSNorm(x.shape[-1], eps=epsilon).to(x.dtype)
            y = torch.func.functional_call(norm, {"weight": weight}, (x,))
        dx, dw = gradients(y, given["upstream"], [x, weight])
        statistics = inverse.squeeze(-1) if inverse is not None else None
        return {
            "y": y, "gradient.x": dx, "gradient.weight": dw, "inverseRMS": statistics}

    case.write(folder, compute)


def rotary(folder):
    tokens, turned, kept, size, length = 10, 4, 1, 8, 16
    case = Case("rotary", headSize=size, rotatedHeads=turned)
    case.normal("x", tokens, (turned + kept) * size)
    case.normal("upstream", tokens, (turned + kept) * size)
    frequencies = 1.0 / 10000 ** (torch.arange(0, size, 2).double() / size)
    angles = torch.arange(length).double()[:, None] * frequencies[None, :]
    case.given("cosines", angles.cos().float(), unrounded=True)
    case.given("sines", angles.sin().float(), unrounded=True)
    case.given("positions", torch.tensor([0, 1, 2, 3, 0, 1, 2, 15, 7, 0]))

    def compute(given):
        x = given["x"].clone().requires_grad_()
        tables = [
            torch.cat([t, t], dim=-1)[given["positions"]][None].to(x.dtype)
            for t in (given["cosines"], given["sines"])]
        heads = x.view(1, tokens, turned + kept, size).transpose(1, 2)
        # Llama turns queries and keys in one call; here: all turned heads but one, and that one.
        queries, keys = apply_rotary_pos_emb(
            heads[:, : turned - 1], heads[:, turned - 1 : turned], *tables)
        y = torch.cat([queries, keys, heads[:, turned:]], dim=1)
        y = y.transpose(1, 2).reshape(tokens, -1)
        (dx,) = gradients(y, given["upstream"], [x])
        return {"y": y, "gradient.x": dx}

    case.write(folder, compute)


def attention(folder, name, batch, time, heads, key_heads, size, documents):
    case = Case(
        name, batch=batch, time=time, heads=heads, keyValueHeads=key_heads, headSize=size,
        scale=exact(size**-0.5))
    tokens, queries, keys = batch * time, heads * size, key_heads * size
    case.normal("qkv", tokens, queries + 2 * keys, scale=1.3)
    case.normal("upstream", tokens, queries)
    starts = []
    for lengths in documents:
        assert sum(lengths) == time
        first = 0
        for length in lengths:
            starts += [first] * length
            first += length
    case.given("starts", torch.tensor(starts))
    place = torch.arange(time)
    seen = (place[None, None, :] <= place[None, :, None]) & (
        place[None, None, :] >= case.inputs["starts"].view(batch, time, 1))

    def compute(given):
        qkv = given["qkv"].clone().requires_grad_()
        q, k, v = (
            part.view(batch, time, -1, size).transpose(1, 2)
            for part in qkv.split([queries, keys, keys], dim=-1))
        out = F.scaled_dot_product_attention(
            q, k, v, attn_mask=seen[:, None], scale=case.numbers["scale"], enable_gqa=True)
        out = out.transpose(1, 2).reshape(tokens, queries)
        (dqkv,) = gradients(out, given["upstream"], [qkv])
        log_sum = None
        if qkv.dtype == torch.float64:
            k = k.repeat_interleave(heads // key_heads, dim=1)
            scores = (q @ k.transpose(-1, -2)) * case.numbers["scale"]
            scores = scores.masked_fill(~seen[:, None], -torch.inf)
            log_sum = scores.logsumexp(-1).transpose(1, 2).reshape(tokens, heads)
        return {"out": out, "gradient.qkv": dqkv, "logSumExp": log_sum}

    case.write(folder, compute)


def linear_cross_entropy(folder):
    tokens, width, vocabulary = 13, 20, 37
    case = Case("linear_cross_entropy", normalizer=exact(6.75))
    case.normal("hidden", tokens, width)
    case.normal("head", vocabulary, width, scale=0.5)
    weights = torch.tensor([1, 1, 0, 0.5, 1, 1, 0, 0.25, 1, 1, 1, 0, 2.0])
    targets = torch.randint(0, vocabulary, (tokens,), generator=case.generator)
    case.given("weights", weights, unrounded=True)
    case.given("targets", torch.where(weights == 0, -100, targets))

    def compute(given):
        hidden, head = (given[k].clone().requires_grad_() for k in ("hidden", "head"))
        logits = F.linear(hidden, head)
        logits = logits if logits.dtype == torch.float64 else logits.float()
        losses = F.cross_entropy(
            logits, given["targets"].long(), ignore_index=-100, reduction="none")
        weights = given["weights"].to(losses.dtype)
        loss = (losses * weights).sum() / case.numbers["normalizer"]
        dh, dw = torch.autograd.grad(loss, [hidden, head])
        return {
            "loss": loss.reshape(1), "tokenLosses": losses, "gradient.hidden": dh,
            "gradient.head": dw}

    case.write(folder, compute)


def distillation(folder, name, top_k, alpha, temperature):
    """Forward KL over a teacher's likeliest tokens and all others as one, mixed with the labels."""
    tokens, width, vocabulary = 13, 20, 37
    case = Case(
        name, normalizer=exact(6.75), topK=top_k, alpha=exact(alpha),
        temperature=exact(temperature))
    case.normal("hidden", tokens, width)
    case.normal("head", vocabulary, width, scale=0.5)
    teacher = torch.randn(tokens, vocabulary, generator=case.generator) * 2
    weights = torch.tensor([1, 1, 0, 0.5, 1, 1, 0, 0.25, 1, 1, 1, 0, 2.0])
    targets = torch.randint(0, vocabulary, (tokens,), generator=case.generator)
    case.given("teacherLogits", teacher, unrounded=True)
    case.given("weights", weights, unrounded=True)
    case.given("targets", targets)
    alpha, temperature = case.numbers["alpha"], case.numbers["temperature"]

    def compute(given):
        hidden, head = (given[k].clone().requires_grad_() for k in ("hidden", "head"))
        logits = F.linear(hidden, head)
        logits = logits if logits.dtype == torch.float64 else logits.float()
        q = F.softmax(given["teacherLogits"].to(logits.dtype) / temperature, -1)
        ids = q.topk(top_k, -1).indices
        p = F.softmax(logits / temperature, -1)
        chosen = torch.zeros_like(q).scatter(-1, ids, 1.0)

        def cut(x):
            rest = (x * (1 - chosen)).sum(-1, keepdim=True)
            return torch.cat([x.gather(-1, ids), rest], -1)

        mask = (given["weights"] != 0).to(logits.dtype)
        divergences = F.kl_div(cut(p).log(), cut(q), reduction="none").sum(-1) * mask
        losses = F.cross_entropy(logits, given["targets"].long(), reduction="none") * mask
        weights = given["weights"].to(losses.dtype)
        mixed = alpha * losses + (1 - alpha) * temperature ** 2 * divergences
        loss = (mixed * weights).sum() / case.numbers["normalizer"]
        dh, dw = torch.autograd.grad(loss, [hidden, head])
        return {
            "probabilities": cut(q), "loss": loss.reshape(1), "tokenLosses": losses,
            "tokenDivergences": divergences, "gradient.hidden": dh, "gradient.head": dw}

    case.write(folder, compute)


def embedding(folder):
    case = Case("embedding")
    case.normal("table", 13, 6)
    case.normal("upstream", 9, 6)
    case.given("ids", torch.tensor([3, 0, 12, 3, 3, 7, 0, 1, 3]))

    def compute(given):
        table = given["table"].clone().requires_grad_()
        y = F.embedding(given["ids"], table)
        (dt,) = gradients(y, given["upstream"], [table])
        return {"y": y, "gradient.table": dt}

    case.write(folder, compute)


def optimize(case, make, gradient_scale, state_names):
    """Runs an optimizer of torch over the rows of `gradients`, one row a step."""

    def compute(given):
        parameter = given["parameter"].clone().requires_grad_()
        optimizer = make([parameter])
        steps = []
        for gradient in given["gradients"]:
            parameter.grad = gradient * gradient_scale
            optimizer.step()
            steps.append(parameter.detach().clone())
        state = optimizer.state[parameter]
        return {"parameters": torch.stack(steps)} | {
            ours: state[theirs].detach().clone() for ours, theirs in state_names.items()}

    case.normal("parameter", 43)
    case.normal("gradients", 5, 43)
    return compute


def adamw(folder, name, beta2, decay):
    numbers = dict(
        learningRate=exact(1e-2), beta1=exact(0.9), beta2=exact(beta2), epsilon=exact(1e-8),
        weightDecay=exact(decay), gradientScale=0.5)
    case = Case(name, **numbers)
    compute = optimize(
        case,
        lambda parameters: torch.optim.AdamW(
            parameters, lr=numbers["learningRate"], betas=(numbers["beta1"], numbers["beta2"]),
            eps=numbers["epsilon"], weight_decay=numbers["weightDecay"]),
        numbers["gradientScale"],
        {"firstMoment": "exp_avg", "secondMoment": "exp_avg_sq"})
    case.write(folder, compute, precisions=("f32",))


def sgd(folder, name, momentum, nesterov, decay):
    numbers = dict(
        learningRate=exact(0.05), momentum=exact(momentum), nesterov=float(nesterov),
        weightDecay=exact(decay), gradientScale=0.25)
    case = Case(name, **numbers)
    compute = optimize(
        case,
        lambda parameters: torch.optim.SGD(
            parameters, lr=numbers["learningRate"], momentum=numbers["momentum"],
            nesterov=nesterov, weight_decay=numbers["weightDecay"]),
        numbers["gradientScale"],
        {"momentum": "momentum_buffer"} if momentum else {})
    case.write(folder, compute, precisions=("f32",))


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    swiglu(folder)
    matmul(folder)
    rms_norm(folder)
    rotary(folder)
    attention(folder, "attention", 2, 11, 2, 2, 16, [[11], [11]])
    attention(folder, "attention_grouped", 2, 9, 4, 2, 8, [[9], [9]])
    attention(folder, "attention_packed", 2, 13, 4, 1, 8, [[5, 1, 7], [13]])
    linear_cross_entropy(folder)
    distillation(folder, "distillation", 8, 0.0, 1.0)
    distillation(folder, "distillation_warm", 5, 0.25, 2.0)
    embedding(folder)
    adamw(folder, "adamw", 0.95, 0.1)
    adamw(folder, "adamw_slow_second_moment", 0.999, 0.0)
    sgd(folder, "sgd", 0.0, False, 0.01)
    sgd(folder, "sgd_momentum", 0.9, False, 0.0)
    sgd(folder, "sgd_nesterov", 0.9, True, 0.1)
    (folder / "VERSIONS.txt").write_text(
        f"torch {torch.__version__}\ntransformers {transformers.__version__}\n")


if __name__ == "__main__":
    main()
