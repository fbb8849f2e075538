"""Elastic data-parallel training with Horovod and PyTorch: it goes on as workers come and go, and saves at each commit.

`horovodrun` is started by the scheduler, with the script that tells it of its hosts. When the job grows, the new workers get the state of
the others; when one is lost, the rest goes back to the last commit.

Environment: EPOCHS, STEPS (per epoch and worker), BATCH, SEED.
"""

import json, math, os

import horovod.torch as hvd
import torch
from torch import nn

EPOCHS = int(os.environ.get("EPOCHS", "10"))
STEPS = int(os.environ.get("STEPS", "200"))
BATCH = int(os.environ.get("BATCH", "64"))
SEED = int(os.environ.get("SEED", "1"))
FILE = os.path.join(os.environ.get("SCHEDULEARN_CHECKPOINT_DIR", "checkpoint"), "model.pt")
CLASSES, SIDE, COMMIT_EVERY = 10, 16, 20

hvd.init()
torch.manual_seed(SEED)
if torch.cuda.is_available():
    torch.cuda.set_device(hvd.local_rank())
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def tell(**said):
    if hvd.rank() == 0:
        print(json.dumps({"schedulearn": said}), flush=True)


def pictures(epoch, batch):
    """Each worker draws its own: noisy stripes in one of ten directions."""
    made = torch.Generator().manual_seed(((SEED * 1009 + epoch) * 100_003 + batch) * 1009 + hvd.rank())
    labels = torch.randint(CLASSES, (BATCH,), generator=made)
    angle = labels.view(-1, 1, 1) * (math.pi / CLASSES)
    across = torch.arange(SIDE, dtype=torch.float32)
    x, y = across.view(1, 1, -1), across.view(1, -1, 1)
    stripes = torch.sin(x * torch.cos(angle) + y * torch.sin(angle) + torch.rand(BATCH, 1, 1, generator=made) * 6)
    noisy = stripes + torch.randn(BATCH, SIDE, SIDE, generator=made)
    return noisy.unsqueeze(1).to(device), labels.to(device)


model = nn.Sequential(
    nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(16 * (SIDE // 2) ** 2, CLASSES)
).to(device)  # fmt: skip
optimizer = torch.optim.SGD(model.parameters(), lr=0.02 * hvd.size(), momentum=0.9)
optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=model.named_parameters())


def save(state):
    if hvd.rank() != 0:
        return
    os.makedirs(os.path.dirname(FILE), exist_ok=True)
    held = {"epoch": state.epoch, "batch": state.batch, "model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(held, FILE + ".new")
    os.replace(FILE + ".new", FILE)  # at no moment is there half a checkpoint
    tell(checkpoint={"step": state.epoch * STEPS + state.batch})


def resized():
    """With another number of workers a batch of all is of another size, and so is the step to take."""
    for group in optimizer.param_groups:
        group["lr"] = 0.02 * hvd.size()
    if hvd.rank() == 0:
        print(f"goes on with {hvd.size()} workers", flush=True)


@hvd.elastic.run
def train(state):
    while state.epoch < EPOCHS:
        while state.batch < STEPS:
            images, labels = pictures(state.epoch, state.batch)
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            state.batch += 1
            if state.batch % COMMIT_EVERY == 0:
                tell(epoch=state.epoch + 1, epochs=EPOCHS, step=state.batch, steps=STEPS, metrics={"loss": round(loss.item(), 4)})
                save(state)
                state.commit()  # here workers join and leave
        state.epoch += 1
        state.batch = 0
        save(state)
        state.commit()


state = hvd.elastic.TorchState(model=model, optimizer=optimizer, epoch=0, batch=0)
state.register_reset_callbacks([resized])
if os.path.exists(FILE):
    held = torch.load(FILE, map_location=device)
    model.load_state_dict(held["model"])
    optimizer.load_state_dict(held["optimizer"])
    state.epoch, state.batch = held["epoch"], held["batch"]
    state.save()
train(state)
if hvd.rank() == 0:
    print("trained", flush=True)
