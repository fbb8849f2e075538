"""Data-parallel training over the processes that torch.distributed is told of: saves, resumes, and tells its progress."""
import json
import os
import time

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

STEPS, SAVE_EVERY, PAUSE = (float(os.environ[name]) for name in ("STEPS", "SAVE_EVERY", "PAUSE"))
path = os.path.join(os.environ["SCHEDULEARN_CHECKPOINT_DIR"], "state.pt")

torch.set_num_threads(1)
dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()
torch.manual_seed(7)
model = torch.nn.Linear(8, 1)
step = 0
if os.path.exists(path):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    step = state["step"]
print(f"process {rank} of {size} begins at step {step}", flush=True)
model = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
wanted = torch.arange(8.0).unsqueeze(1)

while step < STEPS:
    data = torch.randn(32, 8, generator=torch.Generator().manual_seed(step * size + rank))
    loss = torch.nn.functional.mse_loss(model(data), data @ wanted)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    step += 1
    if rank == 0:
        told = {"step": step, "steps": int(STEPS), "metrics": {"loss": loss.item()}}
        print(json.dumps({"schedulearn": told}), flush=True)
        if step % SAVE_EVERY == 0:
            torch.save({"step": step, "model": model.module.state_dict()}, path + ".part")
            os.replace(path + ".part", path)
            print(json.dumps({"schedulearn": {"checkpoint": {"step": step}}}), flush=True)
    time.sleep(PAUSE)

weights = model.module.weight.detach().flatten().tolist()
print(f"process {rank} ends with {[round(weight, 3) for weight in weights]}", flush=True)
dist.destroy_process_group()
