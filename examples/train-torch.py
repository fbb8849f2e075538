"""Trains a small convolutional network with PyTorch, on a GPU where the job has one, else on the processor.

The pictures are made, not downloaded: noisy stripes in one of ten directions. Whatever stops it, it goes on from its last
checkpoint, and ends with the digest of an undisturbed run on the same kind of device.

Environment: EPOCHS, STEPS (per epoch), SECONDS_PER_STEP (none), BATCH, WIDTH (channels), DEPTH (layers), LR, CHECKPOINT_EVERY (steps), SEED.
Exit code: 0 when trained, 143 when SIGTERM came first (128 + 15: stopped, not finished).
"""

import hashlib, json, math, os, signal, time

os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # before torch: cuBLAS then repeats itself bit for bit
import torch
from torch import nn

EPOCHS = int(os.environ.get("EPOCHS", "3"))
STEPS = int(os.environ.get("STEPS", "50"))
BATCH = int(os.environ.get("BATCH", "32"))
SECONDS_PER_STEP = float(os.environ.get("SECONDS_PER_STEP", "0"))
WIDTH = int(os.environ.get("WIDTH", "8"))
DEPTH = int(os.environ.get("DEPTH", "2"))
LR = float(os.environ.get("LR", "0.02"))
CHECKPOINT_EVERY = int(os.environ.get("CHECKPOINT_EVERY", "25"))
SEED = int(os.environ.get("SEED", "1"))
FILE = os.path.join(os.environ.get("SCHEDULEARN_CHECKPOINT_DIR", "checkpoint"), "model.pt")
CLASSES, SIDE = 10, 16

torch.use_deterministic_algorithms(True)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
stopping = False


def stop(*_):
    global stopping
    stopping = True


def tell(**said):
    print(json.dumps({"schedulearn": said}), flush=True)


def pictures(step):
    """The batch of a step, the same in every run."""
    made = torch.Generator().manual_seed(SEED * 1_000_003 + step + 1)
    labels = torch.randint(CLASSES, (BATCH,), generator=made)
    angle = labels.view(-1, 1, 1) * (math.pi / CLASSES)
    across = torch.arange(SIDE, dtype=torch.float32)
    x, y = across.view(1, 1, -1), across.view(1, -1, 1)
    phase = torch.rand(BATCH, 1, 1, generator=made) * 6
    stripes = torch.sin(x * torch.cos(angle) + y * torch.sin(angle) + phase)
    noise = torch.randn(BATCH, SIDE, SIDE, generator=made)
    return (stripes + noise).unsqueeze(1).to(device), labels.to(device)


def network():
    layers = [nn.Conv2d(1, WIDTH, 3, stride=2, padding=1), nn.ReLU()]
    for _ in range(DEPTH - 1):
        layers += [nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(WIDTH * (SIDE // 2) ** 2, CLASSES)).to(device)


def save(step):
    os.makedirs(os.path.dirname(FILE), exist_ok=True)
    with open(FILE + ".new", "wb") as file:
        torch.save({"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(FILE + ".new", FILE)  # at no moment is there half a checkpoint
    tell(checkpoint={"step": step})


signal.signal(signal.SIGTERM, stop)
torch.manual_seed(SEED)
model = network()
optimizer = torch.optim.SGD(model.parameters(), lr=LR, momentum=0.9)
step = 0
if os.path.exists(FILE):
    state = torch.load(FILE, map_location=device)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    step = state["step"]
    print(f"resumed at step {step}, {os.environ.get('SCHEDULEARN_START_REASON', 'by hand')}", flush=True)
where = torch.cuda.get_device_name() if device.type == "cuda" else "the processor"
print(f"torch {torch.__version__} on {where}", flush=True)

told, told_step = time.monotonic(), step
while step < EPOCHS * STEPS:
    if SECONDS_PER_STEP:
        time.sleep(SECONDS_PER_STEP)
    images, labels = pictures(step)
    logits = model(images)
    loss = nn.functional.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    step += 1
    now = time.monotonic()
    if now - told >= 0.05 or step % STEPS in (0, 1):  # a fast one does not tell of each step
        accuracy = (logits.argmax(1) == labels).float().mean().item()
        speed = (step - told_step) * BATCH / (now - told)
        tell(epoch=(step - 1) // STEPS + 1, epochs=EPOCHS, step=(step - 1) % STEPS + 1, steps=STEPS,
             samples_per_s=round(speed, 1), metrics={"loss": round(loss.item(), 4), "accuracy": round(accuracy, 3)})  # fmt: skip
        told, told_step = now, step
    if stopping or step % CHECKPOINT_EVERY == 0 or step == EPOCHS * STEPS:
        save(step)
    if stopping:
        raise SystemExit(143)

images, labels = pictures(-1)  # a batch that it has not seen
with torch.no_grad():
    loss = nn.functional.cross_entropy(model(images), labels)
weights = b"".join(value.detach().cpu().numpy().tobytes() for value in model.state_dict().values())
print(f"result {hashlib.sha256(weights).hexdigest()} loss={loss.item():.4f}", flush=True)
